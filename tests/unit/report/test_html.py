"""What the page shows, as a reader finds it."""

from __future__ import annotations

import base64
import re

import pytest

from harness.model.base import Party
from harness.model.recording import SignalKind
from harness.model.self_test import SelfTest
from harness.model.statement import Indicator, Screen
from harness.model.verdict import Outcome, Result, Status, Summary
from harness.report.call_view import CallView
from harness.report.html import MAX_PICTURE, render

from .html_tree import Element, Page
from .sample import (
    ALICE,
    BEGAN,
    BOB,
    blocked,
    carried,
    code,
    detected,
    document,
    flow,
    not_run,
    realistic,
    result,
    screens,
)


def page(results: list[Result], *views: CallView, **changes: object) -> Element:
    return Page(render(document(results, **changes), views)).root


def section(root: Element, number: int = 1) -> Element:
    return root.one("details", id=f"s{number}")


def test_the_headline_is_the_verdict() -> None:
    assert page([result(), detected()]).one("h1").text == "✓All 2 scenarios went as expected"
    assert page([result(), blocked("b", status=Status.ERROR)]).one("h1").text.startswith("✕1 of 2 scenarios")
    assert page([]).one("h1").text == "✕Nothing ran"
    assert "green" in page([result()]).one("body").attributes["class"]
    assert "red" in page([]).one("body").attributes["class"]


def test_what_is_not_as_expected_comes_first_with_its_reason() -> None:
    root = page([result("fine"), result("bad", status=Status.INVALID, because="no deed was done")])
    (line,) = root.one("ul", kind="attention").all("li")
    assert line.text == "∅INVALIDbad no deed was done"
    assert line.one("a").attributes["href"] == "#s2-inside"
    assert section(root, 2).one("div", id="s2-inside"), "a link opens a closed section only when it leads inside"
    assert not page([result()]).all("ul", kind="attention")


def test_the_claim_is_shown_with_its_four_cells() -> None:
    root = page([result("a"), result("b"), detected("c"), detected("d", codes={ALICE: "1", BOB: "1"}), blocked("e")])
    table = root.one("table", kind="four")
    assert [one.text for one in table.one("thead").all("th")] == ["codes differ", "codes equal"]
    rows = {
        row.one("th").text: [cell.one("strong").text for cell in row.all("td")] for row in table.one("tbody").all("tr")
    }
    assert rows == {"intercepted": ["1", "1"], "not intercepted": ["0", "2"]}
    assert [one.text for one in table.all("b")] == ["breaks the claim"]
    assert root.one("p", kind="ruling").text == "Broken by 1 call of 4."
    assert root.one("div", kind="outside").one("li").text == "1 not established"


def test_a_cell_says_what_became_of_its_calls() -> None:
    root = page([result("a"), result("b", outcome=Outcome.DEGRADED, status=Status.INVALID), detected("c")])
    cell = root.one("table", kind="four").all("td")[-1]
    assert [one.text for one in cell.all("span", kind="outcomes")] == ["1 SECURE, 1 DEGRADED", "1 not judged"]


def test_specimens_break_the_claim_in_a_table_of_their_own() -> None:
    broken = detected("constant-code", family="specimens", codes={ALICE: "1" * 20, BOB: "1" * 20})
    root = page([result("a"), detected("b"), broken])
    assert root.one("p", kind="ruling").text == "Holds in all 2 calls that could have broken it."
    assert [one.text for one in root.one("details", kind="specimens").all("b")] == ["breaks the claim"]
    assert not page([result("a")]).all("details", kind="specimens")


def test_every_status_and_outcome_has_its_total() -> None:
    root = page([result("a"), result("b"), not_run("c", "no")])
    statuses = {
        one.all("span", kind="chip")[0].text[1:]: one.all("b")[0].text
        for one in root.one("ul", kind="counts").all("li")
    }
    assert statuses == dict.fromkeys(Status, "0") | {Status.AS_EXPECTED: "2", Status.NOT_RUN: "1"}
    outcomes = {row.one("th").text: row.one("td").text for row in root.one("table", kind="bars").one("tbody").all("tr")}
    assert outcomes == dict.fromkeys(Outcome, "0") | {Outcome.SECURE: "2", Outcome.UNKNOWN: "1"}


def test_what_was_not_checked_is_said_and_that_the_self_test_did_not_run() -> None:
    root = page([result("a", not_checked=("wireshark",)), not_run("b", "no")], interrupted=True)
    said = [one.text for one in root.one("section", kind="unchecked").all("li")]
    assert said == [
        "–NOT_RUN 1 scenario did not run; the run was interrupted.",
        "wireshark was left out of 1 scenario: a.",
        "Self-test: not run: the eyes of this run were not tested.",
    ]
    assert "caution" in root.one("p", kind="selftest").attributes["class"].split()
    passed = page([result()], self_test=SelfTest(passed=True, sentence="passed: 9 specimens")).one("p", kind="selftest")
    assert "caution" not in passed.attributes["class"].split()


def test_a_summary_that_lies_is_called_out() -> None:
    summary = Summary(selected=9, executed=9, by_status={Status.AS_EXPECTED: 9}, by_outcome={Outcome.SECURE: 9})
    cautions = [one.text for one in page([result()], summary=summary).all("p", kind="selftest")]
    assert "Contradiction the summary says 9 selected, the results say 1" in cautions


def test_the_table_lists_every_scenario_in_order() -> None:
    root = page([result("a"), detected("b", seconds=2.25), not_run("c", "no")])
    rows = [[cell.text for cell in row.all("td")] for row in root.one("table", kind="all").one("tbody").all("tr")]
    assert [row.one("th").text for row in root.one("table", kind="all").one("tbody").all("tr")] == ["a", "b", "c"]
    assert rows[1] == ["signalling", "DETECTED", "DETECTED", "✓AS_EXPECTED", "≠ differ", "yes", "2.2"]


def test_provenance_is_listed() -> None:
    facts = {one.one("dt").text: one.one("dd").text for one in page([result()]).one("footer").all("div")}
    assert facts["aiortc"] == "1.16.0"
    assert facts["run"] == "20261122-193140-5f2a"


def test_both_screens_are_drawn_as_they_were() -> None:
    one = detected("swap")
    view = CallView(one, screens=screens(one))
    alice, bob = section(page([one], view)).all("figure", kind="window")
    digits = code("swap alice")
    assert alice.one("figcaption").text == "Alice’s screen"
    assert alice.one("strong").text == "Bob Lindqvist"
    assert alice.one("p", kind="bar").text == "Shield with a lock: end-to-end encrypted"
    assert [group.text for group in alice.one("span", kind="digits").all("span")] == re.findall(".....", digits)
    assert bob.one("strong").text == "Alice Moreau"
    assert section(page([one], view)).one("p", kind="compare").text == "≠ codes differ"


@pytest.mark.parametrize(
    ("indicator", "words", "drawn"),
    [
        (Indicator.LOCK, "Shield with a lock: end-to-end encrypted", "solid"),
        (Indicator.PLAIN, "Plain shield: not end-to-end encrypted", "line"),
        (Indicator.NONE, "No shield shown", "line dashed"),
    ],
)
def test_each_indicator_has_its_picture_and_its_words(indicator: Indicator, words: str, drawn: str) -> None:
    one = result(codes={})
    window = section(page([one], CallView(one, screens=screens(one, indicator)))).all("figure", kind="window")[0]
    assert window.one("p", kind="bar").text == words
    assert window.one("svg", kind="shield").all("path")[0].attributes["class"] == drawn
    assert window.one("p", kind="code").text == "Security code no code shown"


def test_a_code_that_is_none_is_shown_as_it_was_and_called_so() -> None:
    one = result(codes={}, findings=())
    view = CallView(one, screens={Party.ALICE: Screen(indicator=Indicator.LOCK, code="12 34", peer="Bob")})
    alice, bob = section(page([one], view)).all("figure", kind="window")
    assert alice.one("p", kind="code").text == "Security code 12 34 not 20 digits"
    assert bob.one("p", kind="bar").text == "Indicator not recorded"


def test_without_a_view_only_what_the_result_proves_is_drawn() -> None:
    alice, _bob = section(page([result()])).all("figure", kind="window")
    assert alice.one("p", kind="bar").text == "Shield with a lock: end-to-end encrypted"
    assert alice.one("em").text == "name not recorded"
    nothing = section(page([not_run("a", "no")]))
    assert not nothing.all("figure", kind="window")
    assert "No screen of this call was recorded." in nothing.text


def test_findings_are_listed_by_auditor() -> None:
    table = section(page([detected("swap")])).one("table", kind="findings")
    by_auditor = {group.all("th")[0].text: group for group in table.all("tbody")}
    assert list(by_auditor) == [
        "establishment",
        "indicator",
        "codes",
        "fingerprints",
        "opacity",
        "parameters",
        "wireshark",
    ]
    twice = by_auditor["fingerprints"]
    assert twice.one("th").attributes["rowspan"] == "2"
    assert [cell.text for cell in twice.all("tr")[1].all("td")] == [
        "alarm",
        "certificate-not-signalled",
        "bob-relay",
        "DTLS presented a certificate whose fingerprint Alice never signalled",
    ]


def test_a_view_adds_ladder_changed_lines_and_packets() -> None:
    run, views = realistic()
    swap = section(Page(render(run, views)).root, 4)
    ladder = swap.one("figure", kind="ladder").one("svg")
    assert [one.text for one in ladder.all("g", kind="altered")] == ["offer +1 ms, altered", "answer +15 ms, altered"]
    assert [one.text for one in ladder.all("g", kind="alarming")] == ["Service and relay", "dtls-mitm: has the media"]
    assert "service to bob: offer, +1 ms, altered" in ladder.one("desc").text
    assert [one.one("h4").text for one in swap.all("section", kind="change")] == [
        "Changed on its way: offer from service to bob",
        "Changed on its way: answer from service to alice",
    ]
    assert swap.all("li", kind="removed")[0].text.startswith("a=fingerprint:sha-256 ")
    packets = {
        row.one("th").text: [cell.text for cell in row.all("td")]
        for row in swap.one("table", kind="packets").one("tbody").all("tr")
    }
    assert packets["SRTP"] == ["92 sent, 91 received", "91 sent, 92 received"]
    assert not section(page([result()])).all("figure", kind="ladder")


def test_a_direct_call_leaves_the_service_out_of_its_media() -> None:
    run, views = realistic()
    root = Page(render(run, views)).root
    direct, relayed = (section(root, number).one("figure", kind="ladder") for number in (1, 4))
    assert len(direct.all("rect", kind="gap")) == len(direct.all("g", kind="direct")) == 4
    assert "media goes directly between them" in direct.one("figcaption").text
    assert not relayed.all("rect", kind="gap")


def test_a_ladder_that_had_to_be_cut_says_so() -> None:
    one = result()
    flood = [entry for number in range(21) for entry in carried(SignalKind.OFFER, ALICE, "o", BEGAN + number)]
    ladder = section(page([one], CallView(one, tuple(flood)))).one("figure", kind="ladder")
    assert ladder.one("figcaption").text.endswith("2 further steps not drawn.")


def test_a_vantage_that_saw_none_of_a_class_shows_no_number() -> None:
    one = result(flows=(flow("alice-bob", ALICE, "SRTP", 1, 2), flow("bob-alice", BOB, "STUN", 3, 4)))
    rows = section(page([one], CallView(one))).one("table", kind="packets").one("tbody").all("tr")
    assert [[cell.text for cell in row.all("td")] for row in rows] == [
        ["1 sent, 2 received", "–"],
        ["–", "3 sent, 4 received"],
    ]


def changed(before: list[str], after: list[str]) -> Element:
    one = result()
    entries = carried(SignalKind.OFFER, ALICE, "\n".join(before), BEGAN, changed="\n".join(after))
    return section(page([one], CallView(one, tuple(entries)))).one("section", kind="change")


def test_many_changed_lines_are_cut_and_counted() -> None:
    change = changed([f"a={number}" for number in range(20)], ["a=x", "a=y"])
    assert (len(change.all("li", kind="removed")), len(change.all("li", kind="added"))) == (8, 2)
    assert change.one("p", kind="outside").text == "12 further lines not shown."


def test_a_line_that_changed_in_every_media_section_is_shown_once() -> None:
    change = changed(["a=mid:0", "a=x", "a=mid:1", "a=x"], ["a=mid:0", "a=y", "a=mid:1"])
    assert [one.text for one in change.all("li")] == ["a=x 2 times", "a=y"]
    assert not change.all("p", kind="outside")


def test_what_is_not_green_stands_open() -> None:
    root = page([result("a"), result("b", status=Status.ERROR)])
    assert "open" not in section(root, 1).attributes
    assert "open" in section(root, 2).attributes


def test_a_view_of_another_run_is_refused() -> None:
    with pytest.raises(ValueError, match="'honest-call' shows a result that is not in this document"):
        render(document([result()]), [CallView(result(seconds=9.0))])


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(40))


def with_pictures(**pictures: bytes) -> Element:
    one = detected()
    shown = {Party(name): png for name, png in pictures.items()}
    return section(page([one], CallView(result=one, screens=screens(one), pictures=shown)))


def test_the_picture_of_a_real_screen_stands_beside_its_code() -> None:
    windows = with_pictures(bob=PNG).all("figure", kind="window")
    assert [len(one.all("img")) for one in windows] == [0, 1]
    (image,) = windows[1].all("img")
    assert image.attributes["src"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert image.attributes["alt"].startswith("What Bob saw")


def test_a_picture_that_is_too_large_for_a_page_is_said_to_be_elsewhere() -> None:
    root = with_pictures(alice=PNG + bytes(MAX_PICTURE))
    assert root.all("img") == []
    assert "too large for a page; it is in the recording" in root.text


def test_what_is_no_picture_is_not_shown_as_one() -> None:
    root = with_pictures(alice=b"<svg onload='alert(1)'/>")
    assert root.all("img") == []
    assert "too large" not in root.text
