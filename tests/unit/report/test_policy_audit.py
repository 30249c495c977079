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
from harness.report.policy_audit_console import lines, show
from harness.report.policy_audit_html import MOST_ROWS, MOST_USERS, headline, render
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
        named_pairs=(
            NamedPair(
                caller="ann", callee="u1", answer=Answer.NOT_POSSIBLE, caller_class=1, callee_class=2, because="ann: No"
            ),
        ),
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
    assert re.search(r"class 2 +possible +60 +direct +E2EE is assigned directly +u0, u1, u2, …", text)
    assert re.search(r"not possible +1,200 +class 1", text)
    assert "ann calls u1: not possible\n  ann: No\n  classes 1 and 2" in text
    assert re.search(r"U\.json, line 7 +3 × +a field is missing", text)
    assert "limit: possible means much" in text


def test_the_page_says_the_same() -> None:
    root = Page(render(document())).root
    assert "1,200 of 1,201 users can turn encrypted calls on" in root.one("h1").text
    assert [one.text for one in root.all("dd")] == ["1,200", "1", "0", "719,400", "1,200", "0"]
    text = root.one("main").text
    for words in ("class 1", "ann calls u1: not possible", "a field is missing", "line 7", "possible means much"):
        assert words in text
    assert len(root.one("details").all("li")) == MOST_USERS
    assert "10 more are in the JSON output" in root.one("details").text


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
        named_pairs=(
            NamedPair(
                caller=HOSTILE, callee=HOSTILE, answer=Answer.POSSIBLE, caller_class=1, callee_class=1, because=HOSTILE
            ),
        ),
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


def test_a_large_tenant_makes_no_large_page() -> None:
    many = tuple(one_class(number + 1, users=tuple(f"user {place}" for place in range(500))) for number in range(300))
    rows = tuple(
        PairRow(answer=Answer.NOT_POSSIBLE, decided_by=number, because="No", pairs=1) for number in range(1, 301)
    )
    made = document(classes=many, pair_rows=rows)
    root = Page(text := render(made)).root
    assert len(text) < 1_000_000
    assert [len(table.one("tbody").all("tr")) for table in root.all("table")] == [MOST_ROWS, MOST_ROWS, 1]
    assert root.one("main").text.count("100 more are in the JSON output.") == 2
    assert "\n".join(lines(made)).count(f"… {300 - MOST_LINES} more") == 2
