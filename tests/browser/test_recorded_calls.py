"""Calls with people at browsers, recorded and judged like any other: their screens are read, their packets are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.audit import recovered_markers
from harness.catalogue import load
from harness.endpoint_choice import with_endpoints
from harness.endpoints.chromium.installed import program
from harness.evidence.recording_folder import PLAINTEXT, SCREEN, SCREEN_SHOWN, read_ground_truth, read_statements
from harness.model.base import MEDIA, Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.outcome import Outcome, Status
from harness.model.statement import EndpointStatement, Indicator
from harness.model.visibility import Content, Observer, Sight
from harness.placement import Placed, place, plan
from harness.report.html import MAX_PICTURE
from harness.runner import Options
from harness.wire.rtp_dump import parse_dump

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium: the recorded calls of browsers did not run")

SCENARIOS = Path(__file__).parents[2] / "scenarios"
UNCOMPARED = Reason.FINGERPRINT_NOT_COMPARED
BROWSERS = {"alice": "chromium", "bob": "chromium", "media": ["audio", "video"], "seconds": 0.5}


def statements(placed: Placed) -> tuple[EndpointStatement, EndpointStatement]:
    assert placed.recording is not None
    for party in Party:
        whole, shown = (
            placed.recording / SCREEN.format(party=party),
            placed.recording / SCREEN_SHOWN.format(party=party),
        )
        assert whole.read_bytes().startswith(b"\x89PNG")
        assert whole.stat().st_mode & 0o777 == 0o600, "it shows the other person"
        assert shown.read_bytes().startswith(b"\x89PNG")
        assert shown.stat().st_size < MAX_PICTURE
    found = read_statements(placed.recording)
    return found[Party.ALICE], found[Party.BOB]


def test_two_browsers_show_equal_codes(tmp_path: Path) -> None:
    """Between themselves they speak DTLS 1.3, which hides the certificates, and give nobody their keys: what each says
    that it sealed and opened proves the call, packet by packet. Without it, nothing would."""
    placed = place(plan("two-browsers", None, Outcome.SECURE, BROWSERS), Options(captures=tmp_path))
    alice, bob = statements(placed)
    assert (placed.result.outcome, placed.result.status) == (Outcome.SECURE, Status.AS_EXPECTED), placed.result.because
    proofs = {(one.reason, one.vantage) for one in placed.result.findings if one.auditor == "opacity"}
    assert {("sealed-as-told", "alice-bob"), ("sealed-as-told", "bob-alice"), ("keys-shared", "call")} <= proofs
    assert placed.recording is not None
    for party in Party:
        dump = placed.recording / PLAINTEXT.format(party=party)
        assert dump.stat().st_mode & 0o777 == 0o600
        assert not parse_dump(dump.read_text()).problem
    assert alice.screen.indicator is bob.screen.indicator is Indicator.LOCK
    assert alice.screen.code == bob.screen.code
    assert alice.screen.code is not None
    assert (alice.screen.peer, bob.screen.peer) == ("Bob", "Alice")
    assert {one.dtls.version for one in (alice, bob) if one.dtls} == {"DTLSv1.3"}
    assert alice.heard.keys() == bob.heard.keys() == {"audio", "video"}
    assert (alice.presented_certificate, bob.presented_certificate) == (bob.local_certificate, alice.local_certificate)
    for one in (alice, bob):
        assert one.up is not None
        assert one.up < one.screens[0].time, "to press the shield, to read the code and to take a picture comes after"


def test_two_browsers_with_an_interceptor_between_them_show_different_codes(tmp_path: Path) -> None:
    """The service swaps the fingerprints and a relay ends DTLS: it speaks 1.2, and both browsers go along."""
    (scenario,) = (one for one in load(SCENARIOS) if one.id == "chromium-pair-intercepted")
    placed = place(scenario, Options(captures=tmp_path))
    alice, bob = statements(placed)
    assert (placed.result.outcome, placed.result.status) == (Outcome.DETECTED, Status.AS_EXPECTED), (
        placed.result.because
    )
    assert placed.result.intercepted
    assert alice.screen.indicator is bob.screen.indicator is Indicator.LOCK
    assert alice.screen.code is not None
    assert bob.screen.code is not None
    assert alice.screen.code != bob.screen.code
    assert {one.dtls.version for one in (alice, bob) if one.dtls} == {"DTLSv1.2"}


def test_the_real_service_swaps_the_fingerprints_of_two_browsers(tmp_path: Path) -> None:
    """The dishonest service is the one that both are signed in at, over TLS; nothing stands between it and them."""
    (scenario,) = (one for one in load(SCENARIOS) if one.id == "tenant-chromium-pair-intercepted")
    placed = place(scenario, Options(captures=tmp_path))
    alice, bob = statements(placed)
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert alice.screen.indicator is bob.screen.indicator is Indicator.LOCK
    assert alice.screen.code != bob.screen.code


@pytest.mark.parametrize("name", ["chromium-raw-pair", "chromium-clear-call", "chromium-fingerprint-appended"])
def test_bare_pages_without_our_call_window(tmp_path: Path, name: str) -> None:
    (scenario,) = (one for one in load(SCENARIOS) if one.id == name)
    placed = place(scenario, Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert placed.recording is not None
    for one in read_statements(placed.recording).values():
        assert one.software.startswith("chromium/")
        assert one.heard.keys() == {"audio", "video"}
        assert (one.dtls is None) is (name == "chromium-clear-call")


@pytest.mark.parametrize("caller", ["chromium-raw", "aiortc"])
def test_a_bare_page_and_the_reference_client(tmp_path: Path, caller: str) -> None:
    """Both directions of the offer."""
    callee = "aiortc" if caller == "chromium-raw" else "chromium-raw"
    called = {"alice": caller, "bob": callee, "media": ["audio", "video"], "seconds": 0.5, "chat": [{"text": "hello"}]}
    placed = place(plan("mixed", None, Outcome.SECURE, called), Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because


def test_a_code_from_the_description_agrees_on_both_screens_while_somebody_listens(tmp_path: Path) -> None:
    (scenario,) = (one for one in load(SCENARIOS) if one.id == "chromium-code-from-sdp")
    placed = place(scenario, Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.BREACH, Status.AS_EXPECTED), placed.result.because
    assert placed.recording is not None
    alice, bob = read_statements(placed.recording).values()
    assert alice.screen.code == bob.screen.code
    assert alice.presented_certificate != bob.local_certificate


def test_an_interception_that_begins_at_the_restart_changes_the_codes_of_two_bare_pages(tmp_path: Path) -> None:
    """Both stay connected meanwhile, and the caller's transport never tells of its second handshake: statistics do."""
    (one,) = (one for one in load(SCENARIOS) if one.id == "late-mitm")
    (late,) = with_endpoints([one], dict.fromkeys(Party, EndpointKind.CHROMIUM_RAW))
    placed = place(late, Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert placed.result.intercepted


def test_a_bare_page_refuses_a_certificate_that_it_was_not_told_of(tmp_path: Path) -> None:
    mitm = {"kind": "dtls-mitm", "position": ["path"], "swap": []}
    pages = {"alice": "chromium-raw", "bob": "chromium-raw", "media": ["audio"], "seconds": 0.5}
    placed = place(plan("refused", mitm, Outcome.BLOCKED, pages), Options(captures=tmp_path))
    assert placed.result.outcome is Outcome.BLOCKED
    assert {"fingerprint-mismatch", "certificate-not-signalled"} <= {one.reason for one in placed.result.findings}


def test_that_a_bare_page_believes_a_sha_1_line_is_found_and_known(tmp_path: Path) -> None:
    """Whoever it truly names is let in, and only the codes tell."""
    (one,) = (one for one in load(SCENARIOS) if one.id == "fingerprint-swap-sha-1")
    (pages,) = with_endpoints([one], dict.fromkeys(Party, EndpointKind.CHROMIUM_RAW))
    placed = place(pages, Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.DETECTED, Status.KNOWN_DEVIATION)
    assert placed.result.intercepted
    assert placed.result.deviation == "chromium-believes-sha-1"
    (told,) = {one.detail.partition(", which ")[2] for one in placed.result.findings if one.reason is UNCOMPARED}
    assert told == "the signalling it had received names by sha-1 alone, and considered itself connected"


@pytest.mark.parametrize("name", ["chromium-is-called", "chromium-intercepted"])
def test_a_browser_and_the_reference_client(tmp_path: Path, name: str) -> None:
    """Through the real calling service, and intercepted. One end gives its keys: every auditor is content."""
    (scenario,) = (one for one in load(SCENARIOS) if one.id == name)
    placed = place(scenario, Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because


@pytest.mark.parametrize("name", ["chromium-service-call", "chromium-service-pair"])
def test_an_ordinary_call_of_a_browser_is_the_services_to_hear(tmp_path: Path, name: str) -> None:
    """Its DTLS ends at the service, whatever the other end is: no lock, no code, and the service has every word."""
    (scenario,) = (one for one in load(SCENARIOS) if one.id == name)
    placed = place(scenario, Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert placed.recording is not None
    for one in read_statements(placed.recording).values():
        assert (one.screen.indicator, one.screen.code) == (Indicator.PLAIN, None)


SHARED = {**BROWSERS, "screen": ["caller", "callee"]}


def looked_at(placed: Placed) -> dict[Observer, Sight]:
    seen = placed.result.visibility
    assert seen is not None
    return {one.observer: one.sight for one in seen.cells if one.content is Content.SCREEN}


def test_two_browsers_see_each_others_screens_and_nobody_else_does(tmp_path: Path) -> None:
    placed = place(plan("two-screens", None, Outcome.SECURE, SHARED), Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.SECURE, Status.AS_EXPECTED), placed.result.because
    assert [one.heard.keys() for one in statements(placed)] == [{"audio", "video", "screen"}] * 2


@pytest.mark.parametrize("bob", ["aiortc", "chromium"])
def test_an_interceptor_between_a_browser_and_anybody_has_both_screens(tmp_path: Path, bob: str) -> None:
    """Two browsers send each other video in blocks, with error correction between them."""
    mitm = {"kind": "dtls-mitm", "position": ["signalling", "path"], "swap": ["caller", "callee"]}
    shared = {**SHARED, "bob": bob}
    placed = place(plan("two-screens-taken", mitm, Outcome.DETECTED, shared), Options(captures=tmp_path))
    assert placed.result.outcome is Outcome.DETECTED, placed.result.because
    assert placed.recording is not None
    looted = recovered_markers(placed.recording, read_ground_truth(placed.recording))
    assert {(one.asset, one.sender) for one in looted} == {(asset, party) for asset in MEDIA for party in Party}
    assert looked_at(placed)[Observer.ADVERSARY] is Sight.PLAINTEXT
    assert looked_at(placed)[Observer.SERVICE] is Sight.ABSENT


@pytest.mark.parametrize(
    "name", ["chromium-screen-call", "chromium-screen-callee[screen=caller]", "chromium-screen-callee[screen=callee]"]
)
def test_the_marker_of_a_screen_is_decoded_between_a_browser_and_the_reference_client(
    tmp_path: Path, name: str
) -> None:
    (scenario,) = (one for one in load(SCENARIOS) if one.id == name)
    placed = place(scenario, Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert placed.recording is not None
    sent = {one.sender: one.marker for one in read_ground_truth(placed.recording).markers if one.asset is Asset.SCREEN}
    assert set(sent) == set(scenario.call.sharing)
    found = read_statements(placed.recording)
    assert {party: found[party.peer].heard.get(Asset.SCREEN) for party in sent} == sent
    assert looked_at(placed)[Observer.PATH] is Sight.CIPHERTEXT


@pytest.mark.parametrize("name", ["setup-role[rewrite=setup-holdconn]", "fingerprint-weak-hash[rewrite=hash-md5]"])
def test_an_offer_that_a_bare_page_can_do_nothing_with_is_refused_in_the_browsers_words(
    tmp_path: Path, name: str
) -> None:
    """The first is taken, and no answer can be made for it; the second is not taken."""
    pages = dict.fromkeys(Party, EndpointKind.CHROMIUM_RAW)
    (one,) = with_endpoints([one for one in load(SCENARIOS) if one.id == name], pages)
    placed = place(one, Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert placed.recording is not None
    failure = read_statements(placed.recording)[Party.BOB].failure
    assert failure is not None
    assert failure.reason is Reason.SDP_REJECTED
    assert failure.detail.startswith("the offer was refused: Failed to ")
