"""What the page may not do: act on text from outside, fetch anything, or lock anybody out."""

from __future__ import annotations

import re

import pytest

from harness.model.finding import Reason, Severity
from harness.model.recording import SignalKind
from harness.model.self_test import Catch, Eye, Quiet, SelfTest
from harness.model.statement import Indicator, Screen, ScreenMoment
from harness.model.verdict import Outcome, RunDocument, Status
from harness.report.call_view import CallView
from harness.report.html import render
from harness.report.page import show

from .html_tree import Page
from .sample import ALICE, BEGAN, BOB, carried, detected, document, established, finding, flow, realistic, result

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}\u202e\x1b[31m\x00"


def hostile_self_test() -> SelfTest:
    missed = Catch(
        specimen=HOSTILE,
        twin=HOSTILE,
        outcome=Outcome.SECURE,
        status=Status.UNEXPECTED,
        caught=False,
        by={},
        why=HOSTILE,
    )
    caught = missed.model_copy(update={"caught": True, "by": {HOSTILE: (Reason.CODES_DIFFER,)}})
    loud = Quiet(twin=HOSTILE, status=Status.WRONG_REASON, quiet=False, why=HOSTILE)
    eye = Eye(auditor=HOSTILE, planted=1, caught=0, healthy=1, quiet=0)
    return SelfTest(sentence=HOSTILE, catches=(missed, caught), quiets=(loud,), eyes=(eye,))


def hostile_run() -> tuple[RunDocument, CallView]:
    """Every text that can come from outside is an attack."""
    one = detected(
        HOSTILE,
        title=HOSTILE,
        family=HOSTILE,
        because=HOSTILE * 40,
        recording=HOSTILE,
        flows=(flow(HOSTILE, ALICE, HOSTILE, 10**30, 1),),
        not_checked=(HOSTILE,),
        status=Status.UNEXPECTED,
        codes={ALICE: HOSTILE, BOB: "\u0661" * 20},
        findings=(*established(), finding(HOSTILE, Reason.CODES_DIFFER, Severity.ALARM, HOSTILE, HOSTILE * 40)),
    )
    announced = Screen(indicator=Indicator.LOCK, code=HOSTILE[:60], peer="", notice=HOSTILE)
    view = CallView(
        result=one,
        signalling=tuple(carried(SignalKind.OFFER, ALICE, HOSTILE * 99, BEGAN, changed=HOSTILE * 98)),
        screens={
            ALICE: Screen(indicator=Indicator.PLAIN, code="<u>1</u>", peer=HOSTILE),
            BOB: Screen(indicator=Indicator.NONE, code=None, peer=""),
        },
        adversary=HOSTILE,
        history={ALICE: (ScreenMoment(time=BEGAN, screen=announced), ScreenMoment(time=BEGAN + 1, screen=announced))},
    )
    run = document([one], run=HOSTILE, provenance={HOSTILE: HOSTILE}, self_test=hostile_self_test())
    return run, view


def test_hostile_text_stays_text() -> None:
    run, view = hostile_run()
    text = render(run, [view])
    root = Page(text).root
    assert not root.all("script")
    assert not root.all("img")
    assert not root.all("u")
    assert "49" not in root.one("h1").text
    assert "\u202e" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    assert "<script>alert(1)</script>" in root.one("details", id="s1").one("h3").text
    assert "U+202E" in root.one("details", id="s1").one("h3").text


def test_what_is_too_long_is_cut_with_a_mark() -> None:
    run, view = hostile_run()
    because = Page(render(run, [view])).root.one("details", id="s1").one("p", kind="because")
    assert because.all("span", kind="strange")[-1].text == f"… ({len(HOSTILE) * 40 - 600} more characters)"
    assert len(because.text) < 1200


def test_an_invisible_character_is_a_box_that_no_name_can_imitate() -> None:
    assert show("a\u202eb<U+202E>") == 'a<span class="strange">U+202E</span>b&lt;U+202E&gt;'


@pytest.mark.parametrize("run", [realistic(troubled=True), hostile_run()], ids=["whole run", "hostile run"])
def test_the_page_stands_alone(run: tuple[RunDocument, CallView | tuple[CallView, ...]]) -> None:
    made, views = run
    text = render(made, views if isinstance(views, tuple) else (views,))
    root = Page(text).root
    assert not re.search(r"url\(|@import|expression\(", root.one("style").text)
    for element in root.all():
        assert element.tag not in {"script", "link", "iframe", "object", "embed", "form", "base"}
        assert not {name for name in element.attributes if name.startswith("on") or name in {"action", "srcdoc"}}
        if "src" in element.attributes:
            assert element.tag == "img"
            assert element.attributes["src"].startswith("data:image/png;base64,")
        assert element.attributes.get("href", "#").startswith("#")
    policy = root.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"].split("; ")
    assert policy[:3] == ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]


def test_ids_are_unique_and_every_link_leads_somewhere() -> None:
    root = Page(render(*realistic(troubled=True))).root
    ids = [one.attributes["id"] for one in root.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    pointed = [one.attributes["href"][1:] for one in root.all("a")]
    pointed += [name for one in root.all() for name in one.attributes.get("aria-labelledby", "").split()]
    assert set(pointed) <= set(ids)


def test_it_can_be_used_without_seeing_it() -> None:
    root = Page(render(*realistic(troubled=True))).root
    assert root.one("html").attributes["lang"] == "en"
    assert [len(root.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    assert all(one.attributes.get("scope") in {"col", "row", "rowgroup"} for one in root.all("th"))
    assert all(
        one.attributes.get("aria-hidden") == "true" or (one.one("title") and one.one("desc")) for one in root.all("svg")
    )
    for heading in root.all("section"):
        assert "aria-labelledby" in heading.attributes or "aria-label" in heading.attributes or heading.all("h4")


def test_dark_phone_and_paper_are_provided_for() -> None:
    root = Page(render(document([result()]))).root
    for query in ("prefers-color-scheme: dark", "max-width: 820px", "@media print"):
        assert query in root.one("style").text
    assert root.one("meta", name="viewport").attributes["content"] == "width=device-width, initial-scale=1"
