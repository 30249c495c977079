"""A tenant's policy on a terminal and as a page: numbers first, hostile names stay text, and never too long."""

from __future__ import annotations

import io
import re

import pytest

from harness.model.policy_audit import (
    Answer,
    AuditRule,
    Export,
    NamedPair,
    Notice,
    PairRow,
    PolicyAudit,
    Totals,
    UserClass,
)
from harness.report.policy_audit_console import WIDTH, lines, show
from harness.report.policy_audit_html import IN_ONE_LIST, headline, render
from harness.report.text import MOST_LINES

from .html_tree import Page
from .test_html_hostile import HOSTILE

NOBODY = Totals(possible=0, not_possible=0, undecided=0)


def one_class(number: int = 1, answer: Answer = Answer.POSSIBLE, users: tuple[str, ...] = ("ann",)) -> UserClass:
    return UserClass(
        number=number,
        answer=answer,
        rule=AuditRule.DIRECT,
        policy="E2EE",
        group=None,
        rank=None,
        because="E2EE is assigned directly",
        users=users,
    )


def pair(caller: str = "ann", callee: str = "u1", because: str = "ann: No", decided_by: int | None = 1) -> NamedPair:
    return NamedPair(
        caller=caller,
        callee=callee,
        answer=Answer.POSSIBLE if decided_by is None else Answer.NOT_POSSIBLE,
        decided_by=decided_by,
        caller_class=1,
        callee_class=2,
        because=because,
    )


def document(**changed: object) -> PolicyAudit:
    plain = PolicyAudit(
        files=(Export(role="users", file="U.json", items=2),),
        users=Totals(possible=1200, not_possible=1, undecided=0),
        pairs=Totals(possible=719_400, not_possible=1200, undecided=0),
        classes=(one_class(1, Answer.NOT_POSSIBLE), one_class(2, users=tuple(f"u{number}" for number in range(60)))),
        pair_rows=(
            PairRow(answer=Answer.NOT_POSSIBLE, decided_by=1, because="No", pairs=1200),
            PairRow(answer=Answer.POSSIBLE, decided_by=None, because="both", pairs=719_400),
        ),
        named_pairs=(pair(),),
        each_pair=(),
        notices=(Notice(file="U.json", place="line 7", text="a field is missing", count=3),),
        limits=("possible means much",),
    )
    return plain.model_copy(update=changed)


def test_the_terminal_ends_with_the_totals() -> None:
    shown = list(lines(document()))
    assert shown[-2:] == [
        "users: 1,200 possible, 1 not possible, 0 undecided",
        "pairs: 719,400 possible, 1,200 not possible, 0 undecided",
    ]
    text = "\n".join(shown)
    assert "users: U.json, 2 objects" in text
    assert re.search(r"  class 2 +possible +60  direct +E2EE$", text, re.MULTILINE)
    assert re.search(r"  not possible +1,200 +class 1$", text, re.MULTILINE)
    assert re.search(r"  possible +719,400 +both allow it$", text, re.MULTILINE)
    assert "ann calls u1:\n  not possible, classes 1 and 2\n  ann: No" in text
    assert "U.json, line 7, 3 ×: a field is missing" in text
    assert "limit: possible means much" in text


def test_the_page_says_the_same() -> None:
    root = Page(render(document())).root
    assert "1,200 of 1,201 users can turn encrypted calls on" in root.one("h1").text
    assert [one.text for one in root.all("dd")] == ["1,200", "1", "0", "719,400", "1,200", "0"]
    text = root.one("main").text
    for words in ("class 1", "ann calls u1: not possible", "a field is missing", "line 7", "possible means much"):
        assert words in text


@pytest.mark.parametrize("because", ["a short reason", "a reason of many words " * 20])
def test_each_user_has_a_line_with_everything_but_the_sentence(because: str) -> None:
    one = one_class(7, Answer.UNDECIDED, tuple(f"u{number}@x" for number in range(60)))
    made = document(classes=(one.model_copy(update={"because": because, "policy": None}),))
    shown = list(lines(made))
    for number in range(60):
        assert shown.count(f"  7  undecided  direct  –  u{number}@x") == 1
    assert max(map(len, shown)) <= WIDTH
    assert f"class 7: {' '.join(because.split())}" in re.sub(r"\s+", " ", "\n".join(shown))


def test_beside_data_that_was_asked_for_the_table_is_short_of_users() -> None:
    shown = "\n".join(lines(document(each_pair=(pair("u3", "u4"),)), short_of_users=True))
    assert "u3" not in shown
    assert "class 2" in shown
    assert "719,400 possible" in shown


def test_the_page_has_each_user_below_the_class_once() -> None:
    many = tuple(f"u{number:05}@x" for number in range(2 * IN_ONE_LIST + 1))
    root = Page(render(document(classes=(one_class(), one_class(2, users=many[::-1]))))).root
    second = root.one("section", id="class-2")
    assert tuple(item.text for item in second.all("li")) == many, "by name, whatever the order of the export"
    assert [one.text for one in second.all("summary")] == [
        "u00000@x – u00499@x (1–500 of 1,001)",
        "u00500@x – u00999@x (501–1,000 of 1,001)",
        "u01000@x (1,001 of 1,001)",
    ]
    assert "direct, E2EE" in second.one("h3").text
    assert "E2EE is assigned directly" in second.one("p").text
    assert root.one("section", id="class-1").one("li").text == "ann"


def test_each_pair_of_a_small_tenant_stands_in_both() -> None:
    made = document(each_pair=(pair("ann", "ben"), pair("ben", "cem", "both say so", None)), named_pairs=())
    shown = list(lines(made))
    assert "  not possible  class 1  ann ben" in shown
    assert "  possible  both allow it  ben cem" in shown
    table = Page(render(made)).root.one("div", **{"aria-label": "Each pair"})
    rows = [[cell.text for cell in row.all("td")] for row in table.one("tbody").all("tr")]
    assert rows == [
        ["not possible", "annben", "class 1", "ann: No"],
        ["possible", "bencem", "both allow it", "both say so"],
    ]


@pytest.mark.parametrize(
    ("totals", "words", "good"),
    [
        (Totals(possible=1, not_possible=2, undecided=3), "3 of 6 users are undecided", False),
        (Totals(possible=0, not_possible=2, undecided=0), "0 of 2 users can turn", True),
    ],
)
def test_what_is_undecided_is_said_first(totals: Totals, words: str, good: bool) -> None:
    made = document(users=totals)
    assert words in headline(made)
    assert Page(render(made)).root.one("body").attributes["class"] == ("green" if good else "red")


def test_nobody_at_all_is_not_good() -> None:
    made = document(users=NOBODY, pairs=NOBODY, classes=(), pair_rows=(), named_pairs=())
    assert headline(made) == "There is no user in it"
    assert Page(render(made)).root.one("body").attributes["class"] == "red"


def hostile() -> PolicyAudit:
    bad = one_class(users=(HOSTILE,) * 5).model_copy(update={"because": HOSTILE, "policy": HOSTILE})
    return document(
        files=(Export(role="users", file=HOSTILE, items=1),),
        classes=(bad, bad.model_copy(update={"users": (HOSTILE,)})),
        pair_rows=(PairRow(answer=Answer.POSSIBLE, decided_by=None, because=HOSTILE, pairs=1),),
        named_pairs=(pair(HOSTILE, HOSTILE, HOSTILE),),
        each_pair=(pair(HOSTILE, HOSTILE, HOSTILE),),
        notices=(Notice(file=HOSTILE, place="line 1", text=HOSTILE, count=1),),
    )


def test_hostile_names_stay_text() -> None:
    text = render(hostile())
    root = Page(text).root
    for tag in ("script", "img", "link", "iframe"):
        assert not root.all(tag)
    assert "\u202e" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    assert "<script>alert(1)</script>" in root.one("main").text
    stream = io.StringIO()
    show(hostile(), stream)
    assert stream.getvalue().replace("\n", "").isprintable()
    assert "\u202e" not in stream.getvalue()


def test_nothing_is_left_out_of_many_classes() -> None:
    many = tuple(one_class(number, users=(f"user {number}",)) for number in range(1, 301))
    rows = tuple(
        PairRow(answer=Answer.NOT_POSSIBLE, decided_by=number, because="No", pairs=1) for number in range(1, 301)
    )
    made = document(classes=many, pair_rows=rows)
    root = Page(render(made)).root
    assert [len(table.one("tbody").all("tr")) for table in root.all("table")] == [300, 300, 1]
    shown = list(lines(made))
    assert sum(line.endswith("  class 300") for line in shown) == 1, "its row of pairs"
    assert "  300  possible  direct  E2EE  user 300" in shown
    assert f"  … {300 - MOST_LINES} more" in shown, "of the overview alone: each class comes below it"
