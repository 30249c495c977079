"""GStreamer's webrtcbin in real calls: every packet is proved by its own keys, and what it never compares is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalogue import load
from harness.endpoint_choice import with_endpoints
from harness.endpoints.gstreamer.installed import found
from harness.evidence.recording_folder import read_statements
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Severity
from harness.model.outcome import Outcome, Status
from harness.model.scenario import Scenario
from harness.placement import place
from harness.runner import Options
from harness.wire.keylog import parse_keylog

from .endpoint_calls import dial

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(found().software is None, reason=f"no webrtcbin ({found().why}): its calls were not made"),
]

SCENARIOS = Path(__file__).parents[2] / "scenarios"
STRANGER = EndpointKind.GSTREAMER
SAID = {Asset.AUDIO, Asset.VIDEO}


def scenario(name: str, *parties: Party) -> Scenario:
    (one,) = with_endpoints((one for one in load(SCENARIOS) if one.id == name), dict.fromkeys(parties, STRANGER))
    return one


@pytest.mark.asyncio
@pytest.mark.parametrize("_time", range(4))
async def test_its_offer_names_the_source_of_each_medium(_time: int) -> None:
    """Whoever is asked too early does not know them yet; a server may drop what it was not told of."""
    async with dial(STRANGER, EndpointKind.AIORTC) as call:
        _, *sections = (await call.alice.offer()).split("\r\nm=")
    assert [(one.split()[0], "a=ssrc:" in one) for one in sections] == [("audio", True), ("video", True)]


@pytest.mark.asyncio
@pytest.mark.parametrize("party", Party)
async def test_sound_and_pictures_arrive_both_ways_whoever_calls(party: Party) -> None:
    kinds = {one: STRANGER if one is party else EndpointKind.AIORTC for one in Party}
    async with dial(kinds[Party.ALICE], kinds[Party.BOB]) as call:
        await call.negotiate()
        assert all((await call.connect()).values())
        await call.talk()
    stranger, own = call.statement(party), call.statement(party.peer)
    for one in Party:
        assert call.heard(one) == call.sent(one.peer)
    assert (stranger.presented_certificate, own.presented_certificate) == (
        own.local_certificate,
        stranger.local_certificate,
    )
    assert stranger.screen.code == own.screen.code
    assert stranger.software.startswith("webrtcbin/")
    # The same secrets from both ends, though GStreamer logs none.
    told, known = (parse_keylog("\n".join(call.keylogs[one])) for one in (party, party.peer))
    assert told == known
    assert told


@pytest.mark.parametrize("name", ["gstreamer-calls", "gstreamer-is-called", "gstreamer-intercepted"])
def test_it_goes_through_a_recorded_call(tmp_path: Path, name: str) -> None:
    placed = place(scenario(name), Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because


def test_two_of_them_prove_every_packet_between_themselves(tmp_path: Path) -> None:
    placed = place(scenario("honest-call", *Party), Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.SECURE, Status.AS_EXPECTED)
    assert not [one for one in placed.result.findings if one.severity is Severity.INCONCLUSIVE]
    assert placed.recording is not None
    assert {one.heard.keys() == SAID for one in read_statements(placed.recording).values()} == {True}


@pytest.mark.parametrize("party", Party)
def test_beside_a_client_that_compares_the_call_is_blocked_whoever_is_quicker(tmp_path: Path, party: Party) -> None:
    placed = place(scenario("dtls-mitm-sdp-untouched", party), Options(captures=tmp_path))
    compared = "fingerprint-not-compared" not in {one.reason for one in placed.result.findings}
    assert placed.result.outcome is Outcome.BLOCKED
    assert placed.result.status is (Status.AS_EXPECTED if compared else Status.KNOWN_DEVIATION), placed.result.because


@pytest.mark.parametrize(
    ("name", "parties", "outcome"),
    [
        ("dtls-mitm-sdp-untouched", tuple(Party), Outcome.DETECTED),
        ("fingerprint-swap-one-side[swap=caller]", (Party.ALICE,), Outcome.DETECTED),
        ("fingerprint-weak-hash[rewrite=hash-md5]", tuple(Party), Outcome.SECURE),
    ],
)
def test_that_it_compares_no_fingerprint_is_found_and_known(
    tmp_path: Path, name: str, parties: tuple[Party, ...], outcome: Outcome
) -> None:
    """The run finds it; the file of deviations only says that it is not news."""
    placed = place(scenario(name, *parties), Options(captures=tmp_path))
    assert placed.result.outcome is outcome
    assert "fingerprint-not-compared" in {one.reason for one in placed.result.findings}
    assert placed.result.status is Status.KNOWN_DEVIATION, placed.result.because
    assert placed.result.deviation is not None
    assert placed.result.deviation.startswith("webrtcbin-")


def test_that_it_is_connected_without_a_handshake_is_found_and_known(tmp_path: Path) -> None:
    """A close_notify before there are keys is nobody's way to hang up: its client says what webrtcbin says."""
    placed = place(scenario("dtls-junk-on-path[noise=close-notify]", *Party), Options(captures=tmp_path))
    assert placed.result.deviation == "webrtcbin-connects-on-close-notify"
    assert placed.result.status is Status.KNOWN_DEVIATION, placed.result.because
    assert placed.recording is not None
    for one in read_statements(placed.recording).values():
        assert (one.connected, one.failure, one.presented_certificate) == (True, None, None)


@pytest.mark.parametrize(
    "name",
    ["srtp-bitflip[field=tag]", "srtp-replay", "srtp-flood[position=off-path]", "plaintext-injection[position=path]"],
)
def test_its_counts_show_that_it_refuses_what_is_not_authentic(tmp_path: Path, name: str) -> None:
    placed = place(scenario(name, *Party), Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.SECURE, Status.AS_EXPECTED), placed.result.because
    assert placed.recording is not None
    counts = [one.packets for one in read_statements(placed.recording).values()]
    assert all(one.rtp_sent and one.rtcp_sent and one.rtp_received and one.rtcp_received for one in counts)
