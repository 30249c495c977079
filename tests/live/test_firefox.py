"""Firefox in real calls: a bare page over WebDriver BiDi, whose own keys prove every packet, under DTLS 1.3 too."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.catalogue import load
from harness.endpoint_choice import with_endpoints
from harness.endpoints.firefox.browser import Firefox
from harness.endpoints.firefox.installed import PROGRAMS, program
from harness.evidence.recording_folder import read_statements
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason, Severity
from harness.model.outcome import Outcome, Status
from harness.model.scenario import Scenario
from harness.network.own_folder import Purpose
from harness.placement import place
from harness.runner import Options

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(program() is None, reason=f"no Firefox ({', '.join(PROGRAMS)}): its calls were not made"),
]

ROOT = Path(__file__).parents[2]
STRANGER = EndpointKind.FIREFOX
SAID = {Asset.AUDIO, Asset.VIDEO}
STARTED = """
import asyncio
from harness.endpoints.firefox.browser import Firefox

async def main():
    async with Firefox() as browser:
        print(browser._process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def scenario(name: str, *parties: Party) -> Scenario:
    kinds = dict.fromkeys(parties, STRANGER)
    (one,) = with_endpoints((one for one in load(ROOT / "scenarios") if one.id == name), kinds)
    return one


def left_over(owner: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{Purpose.FIREFOX}-{owner}-*"))


@pytest.mark.parametrize("name", ["firefox-calls", "firefox-is-called", "firefox-intercepted"])
def test_it_goes_through_a_recorded_call(tmp_path: Path, name: str) -> None:
    placed = place(scenario(name), Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because


def test_two_of_them_prove_every_packet_between_themselves_under_dtls_1_3(tmp_path: Path) -> None:
    """Its certificates are encrypted on the wire: what each presented is the two ends' word, their keys are proved."""
    placed = place(scenario("honest-call", *Party), Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.SECURE, Status.AS_EXPECTED), placed.result.because
    said = {(one.reason, one.severity) for one in placed.result.findings}
    assert (Reason.KEYS_SHARED, Severity.FACT) in said
    assert (Reason.CERTIFICATE_NOT_VISIBLE, Severity.NOTICE) in said
    assert placed.recording is not None
    alice, bob = (read_statements(placed.recording)[party] for party in Party)
    assert alice.heard.keys() == bob.heard.keys() == SAID
    assert (alice.presented_certificate, bob.presented_certificate) == (bob.local_certificate, alice.local_certificate)
    logged = [path.read_text() for path in placed.recording.glob("keys/*")]
    assert ["EXPORTER_SECRET" in one for one in logged] == [True, True]
    assert left_over(os.getpid()) == []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("fingerprint-many[how=after,lines=1]", "firefox-believes-any-matching-line"),
        ("fingerprint-swap-sha-1", "firefox-believes-sha-1"),
    ],
)
def test_that_any_matching_line_of_any_hash_is_enough_for_it_is_found_and_known(
    tmp_path: Path, name: str, known: str
) -> None:
    placed = place(scenario(name, *Party), Options(captures=tmp_path))
    assert placed.result.outcome is Outcome.DETECTED
    assert placed.result.intercepted
    assert placed.result.status is Status.KNOWN_DEVIATION, placed.result.because
    assert placed.result.deviation == known


@pytest.mark.parametrize(
    ("name", "field", "reason"),
    [
        ("srtp-bitflip[field=extension]", "not_authenticated", Reason.FOREIGN_PACKET_DROPPED),
        ("srtp-replay", "replayed", Reason.REPLAY_DROPPED),
    ],
)
def test_what_its_srtp_refused_is_in_the_browsers_log_and_told(
    tmp_path: Path, name: str, field: str, reason: Reason
) -> None:
    """No page hears of it: neither a forgery whose payload is the true one, nor a packet that comes a second time."""
    placed = place(scenario(name, *Party), Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert {one.vantage for one in placed.result.findings if one.reason is reason} == {"alice-relay", "bob-relay"}
    assert placed.recording is not None
    for statement in read_statements(placed.recording).values():
        assert getattr(statement.packets, field) > 0
        assert statement.packets.rtp_received > 0 < statement.packets.rtp_sent


def test_it_restarts_ice_and_keeps_its_association_whatever_fingerprint_it_is_told(tmp_path: Path) -> None:
    honest = place(scenario("honest-restart", *Party), Options(captures=tmp_path))
    assert honest.result.status is Status.AS_EXPECTED, honest.result.because
    late = place(scenario("late-mitm", *Party), Options(captures=tmp_path))
    assert late.result.status is Status.KNOWN_DEVIATION, late.result.because
    assert (late.result.outcome, late.result.intercepted) == (Outcome.SECURE, False)


@pytest.mark.parametrize("party", Party)
def test_a_certificate_that_nobody_announced_is_refused_and_the_reason_is_told(tmp_path: Path, party: Party) -> None:
    placed = place(scenario("dtls-mitm-sdp-untouched", party), Options(captures=tmp_path))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    assert placed.recording is not None
    failure = read_statements(placed.recording)[party].failure
    assert failure is not None
    assert failure.reason in (Reason.FINGERPRINT_MISMATCH, Reason.REMOTE_HUNG_UP)


@pytest.mark.asyncio
async def test_a_tab_that_was_never_in_front_plays_what_it_is_to_send() -> None:
    """Of two that are opened at once one may be; a page that waits to be seen would send nothing, and never end."""
    play = """async () => {
        const silence = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAgLsAAAB3AQACABAAZGF0YQIAAAAAAA==";
        const player = new Audio(`data:audio/wav;base64,${silence}`);
        player.loop = true;
        await player.play();
        return document.visibilityState;
    }"""
    async with Firefox() as browser:
        new = await browser.bidi.command("browsingContext.create", type="tab", background=True)
        called = {"arguments": [], "awaitPromise": True, "target": {"context": new["context"]}}
        answer = await browser.bidi.command("script.callFunction", functionDeclaration=play, **called)
    assert answer["result"]["value"] == "hidden"


@pytest.mark.asyncio
async def test_nothing_of_it_stays_behind() -> None:
    async with Firefox() as browser:
        assert browser.software.startswith("firefox/")
        assert len(left_over(os.getpid())) == 1
        assert browser.key_log.stat().st_mode & 0o777 == 0o600
    assert left_over(os.getpid()) == []


def test_when_the_harness_is_killed_the_browser_goes_and_the_next_one_clears_its_folder() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen([sys.executable, "-c", STARTED], stdout=subprocess.PIPE, env=environment, cwd=ROOT)
    assert killed.stdout is not None
    browser = os.pidfd_open(int(killed.stdout.readline()))
    killed.kill()
    killed.wait()
    gone, _, _ = select.select([browser], [], [], 20)
    os.close(browser)
    assert gone
    assert len(left_over(killed.pid)) == 1

    async def start_another() -> None:
        async with Firefox():
            assert left_over(killed.pid) == []

    asyncio.run(start_another())
