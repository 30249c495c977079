"""The interop matrix as a page and as lines: what stands in a cell, and what hostile names cannot do."""

from __future__ import annotations

import re

from harness.interop import interop_of
from harness.model.endpoints import EndpointKind
from harness.model.interop import Interop
from harness.model.network import Network
from harness.model.outcome import Status
from harness.model.verdict import Result
from harness.report.interop_console import interop_lines
from harness.report.interop_html import Links, render
from harness.report.interop_view import grids, handshake, headline, setup_sentence

from .html_tree import Element, Page
from .interop_sample import GROUP, PROFILE, SUITE, absent, called, end, pairing, realistic_matrix
from .sample import ALICE, BOB, document
from .test_html_hostile import HOSTILE

AIORTC, CHROMIUM = EndpointKind.AIORTC, EndpointKind.CHROMIUM_RAW
LINKS = Links("report.html", "../../captures/run")


def table() -> Interop:
    return interop_of(realistic_matrix())


def page(document: Interop) -> Element:
    return Page(render(document, LINKS)).root


def hostile() -> Interop:
    """Every text that can come from outside is an attack."""
    one = called(pairing(AIORTC, CHROMIUM), status=Status.UNEXPECTED, because=HOSTILE * 40)
    ends = {ALICE: end(AIORTC, software=HOSTILE, version=HOSTILE, suite=HOSTILE, group=HOSTILE, srtp_profile=HOSTILE)}
    bad = one.model_copy(update={"ends": ends, "deviation": HOSTILE, "recording": HOSTILE, "seconds": 1e300})
    made = interop_of(document([bad], run=HOSTILE, provenance={HOSTILE: HOSTILE}))
    cell = made.cells[0].model_copy(update={"scenario": HOSTILE, "result": HOSTILE})
    return made.model_copy(update={"cells": (cell,)})


def test_there_is_one_table_for_each_scenario_and_network_with_callers_in_rows() -> None:
    found = grids(table())
    assert [(one.scenario, one.network) for one in found] == [
        ("honest-call", Network.LOOPBACK),
        ("honest-call", Network.TURN_UDP),
        ("fingerprint-swap", Network.LOOPBACK),
    ]
    caller, row = found[0].rows[1]
    assert (caller, found[0].callees) == (CHROMIUM, (AIORTC, CHROMIUM))
    assert [None if one is None else one.number for one in row] == [3, 4]


def test_headings_name_rows_and_columns() -> None:
    first = page(table()).all("table", kind="grid")[0]
    assert [one.text for one in first.all("th", scope="col")] == ["aiortc", "chromium-raw"]
    assert [one.text for one in first.all("th", scope="row")] == ["aiortc", "chromium-raw"]


def test_a_cell_says_what_was_negotiated_and_points_to_its_report_and_recording() -> None:
    cell = page(table()).all("table", kind="grid")[0].all("td")[1]
    assert "AS_EXPECTED" in cell.text
    assert "SECURE, connected" in cell.text
    assert "codes = equal" in cell.text
    assert f"up after 0.50 s; DTLSv1.2, {SUITE}, {GROUP}, {PROFILE}" in cell.text
    name = "honest-call%5Balice%3Daiortc%2Cbob%3Daiortc%2Cnetwork%3Dloopback%5D"
    assert [one.attributes["href"] for one in cell.all("a")] == [
        "report.html#s1-inside",
        f"../../captures/run/{name}/call-1/",
    ]


def test_a_cell_that_was_not_run_says_why_and_has_no_recording() -> None:
    cell = page(table()).all("table", kind="grid")[1].all("td")[2]
    assert "NOT_RUN" in cell.text
    assert "bob is a browser, and there is none" in cell.text
    assert "codes" not in cell.text
    assert [one.attributes["href"] for one in cell.all("a")] == ["report.html#s6-inside"]


def test_why_not_lists_whatever_is_not_as_expected() -> None:
    told = [one.text for one in page(table()).one("ul", kind="attention").all("li")]
    assert len(told) == 3
    assert "alice: ice-failed: not connected within 15 s" in told[0]
    assert "known deviation takes-anything" in told[1]
    assert "bob is a browser" in told[2]


def test_ends_that_negotiated_differently_are_told_apart() -> None:
    ends = {ALICE: end(AIORTC), BOB: end(CHROMIUM, version=None)}
    cell = interop_of(document([called(pairing(AIORTC, CHROMIUM), ends=ends)])).cells[0]
    assert handshake(cell) == f"alice: DTLSv1.2, {SUITE}, {GROUP}, {PROFILE}; bob: no DTLS handshake"


def test_only_what_is_all_as_expected_is_green() -> None:
    good = called(pairing(AIORTC, AIORTC))
    lacking = absent(pairing(AIORTC, CHROMIUM))
    known = called(pairing(CHROMIUM, AIORTC), status=Status.KNOWN_DEVIATION)
    assert headline(interop_of(document([good]))) == (True, "1 of 1 calls went as expected")
    assert headline(interop_of(document([lacking]))) == (False, "Nothing ran")
    assert headline(interop_of(document([good, lacking, known]))) == (
        False,
        "1 of 3 calls went as expected, 1 as the stack is known to deviate, 1 could not be made",
    )
    assert headline(table()) == (False, "1 of 7 calls did not go as expected")
    assert headline(interop_of(document([good], interrupted=True))) == (False, "Interrupted: 1 of 1 calls ended")


def took(seconds: float, alice: EndpointKind, bob: EndpointKind, network: Network = Network.LOOPBACK) -> Result:
    """A call that was up after so many seconds."""
    ends = {ALICE: end(alice, setup_seconds=seconds), BOB: end(bob)}
    return called(pairing(alice, bob, network), ends=ends)


def test_set_up_with_a_browser_is_told_apart_from_the_call_that_started_it() -> None:
    slow, *later = took(9.0, CHROMIUM, AIORTC), took(0.5, AIORTC, CHROMIUM), took(0.5, CHROMIUM, CHROMIUM)
    told = setup_sentence(interop_of(document([slow, *later])))
    assert told == (
        "from the offer until both were up: median 0.50 s of 3 calls; with a Chromium that an earlier call had "
        "started: 0.50 s (0.50 to 0.50 s)"
    )
    assert setup_sentence(interop_of(document([absent(pairing(CHROMIUM, AIORTC))]))) == "no call came up"


def test_the_first_call_through_turn_starts_a_browser_of_its_own() -> None:
    turn = Network.TURN_UDP, Network.TURN_TCP
    direct = took(9.0, CHROMIUM, AIORTC), took(0.5, AIORTC, CHROMIUM)
    relayed = took(7.0, CHROMIUM, AIORTC, turn[0]), took(0.75, CHROMIUM, AIORTC, turn[1])
    assert setup_sentence(interop_of(document([*direct, *relayed]))).endswith("started: 0.62 s (0.50 to 0.75 s)")
    assert "Chromium" not in setup_sentence(interop_of(document([direct[0], relayed[0]])))


def test_in_namespaces_where_each_call_starts_its_own_browser_there_is_none_that_ran_already() -> None:
    apart = [took(one, CHROMIUM, CHROMIUM, Network.NAMESPACES) for one in (9.0, 8.0, 7.0)]
    assert setup_sentence(interop_of(document(apart))) == "from the offer until both were up: median 8.00 s of 3 calls"
    shared = [took(6.0, CHROMIUM, AIORTC), took(0.5, AIORTC, CHROMIUM)]
    assert setup_sentence(interop_of(document([*apart, *shared]))).endswith("started: 0.50 s (0.50 to 0.50 s)")
    assert not any("Chromium" in line for line in interop_lines(interop_of(document(apart))) if "set-up" in line)
    assert "a Chromium that" not in page(interop_of(document(apart))).text
    assert "a Chromium that" in page(interop_of(document(shared))).text


def test_lines_hold_a_table_the_reasons_and_the_counts() -> None:
    lines = list(interop_lines(table()))
    assert lines[0] == "honest-call over loopback (who calls in rows; = ≠: the codes):"
    assert lines[1].split() == ["aiortc", "chromium-raw"]
    assert re.split(r" {2,}", lines[2].strip()) == ["aiortc", "SECURE =", "FAILED_CALL – UNEXPECTED"]
    assert any(line.startswith("NOT_RUN  honest-call[alice=aiortc,bob=chromium-raw") for line in lines)
    assert "status: AS_EXPECTED 4, KNOWN_DEVIATION 1, UNEXPECTED 1, NOT_RUN 1" in lines
    assert "endpoint aiortc: aiortc/1.16.0" in lines


def test_hostile_text_stays_text_in_both() -> None:
    text = render(hostile(), LINKS)
    root = Page(text).root
    assert not root.all("script")
    assert not root.all("img")
    assert "\u202e" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    assert "<script>alert(1)</script>" in root.all("h3")[0].text
    assert all(one.attributes["href"].startswith(("#", "report.html#s", "../../captures/")) for one in root.all("a"))
    lines = "\n".join(interop_lines(hostile()))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", lines)


def test_the_page_stands_alone() -> None:
    root = page(table())
    for element in root.all():
        assert element.tag not in {"script", "link", "iframe", "object", "embed", "form", "base"}
        assert not {name for name in element.attributes if name.startswith("on") or name in {"action", "src"}}
    policy = root.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"].split("; ")
    assert policy[:2] == ["default-src 'none'", "style-src 'unsafe-inline'"]
    ids = [one.attributes["id"] for one in root.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
