"""Chromium closes its association for another fingerprint: whoever is at the other end may show no lock any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.auditors.shown import SOON
from harness.catalogue import load
from harness.endpoint_choice import with_endpoints
from harness.endpoints.chromium import installed as chromium
from harness.endpoints.firefox import installed as firefox
from harness.endpoints.gstreamer.installed import found
from harness.evidence.recording_folder import read_statements
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.outcome import Outcome, Status
from harness.model.statement import EndpointStatement, Indicator
from harness.placement import place
from harness.runner import Options

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(chromium.program() is None, reason=f"no Chromium ({', '.join(chromium.PROGRAMS)})"),
]

ROOT = Path(__file__).parents[2]
AIORTC, FIREFOX, GSTREAMER = EndpointKind.AIORTC, EndpointKind.FIREFOX, EndpointKind.GSTREAMER
REOFFER, RESTART = "reoffer-new-fingerprint", "fingerprint-swap-at-restart"
LACKING = {FIREFOX: firefox.lacking(), GSTREAMER: "" if found().software else "no webrtcbin"}


@pytest.mark.parametrize(
    ("caller", "name", "deviation"),
    [
        (AIORTC, REOFFER, "chromium-drops-dtls-at-a-reoffer-of-others"),
        (FIREFOX, REOFFER, "chromium-drops-dtls-at-a-reoffer-of-others"),
        (GSTREAMER, REOFFER, "chromium-drops-dtls-at-a-reoffer-of-others"),
        (FIREFOX, RESTART, "chromium-begins-anew-beside-firefox"),
    ],
)
def test_the_call_of_the_other_end_is_over_as_well(
    tmp_path: Path, caller: EndpointKind, name: str, deviation: str
) -> None:
    """Firefox and webrtcbin call their connection connected all the same: the client looks at the transport of DTLS."""
    if LACKING.get(caller):
        pytest.skip(f"no {caller} ({LACKING[caller]})")
    kinds = {Party.ALICE: caller, Party.BOB: EndpointKind.CHROMIUM_RAW}
    (one,) = with_endpoints((one for one in load(ROOT / "scenarios") if one.id == name), kinds)
    placed = place(one, Options(captures=tmp_path))
    assert (placed.result.outcome, placed.result.status) == (Outcome.DEGRADED, Status.KNOWN_DEVIATION), (
        placed.result.because
    )
    assert placed.result.deviation == deviation
    assert placed.recording is not None
    statements = read_statements(placed.recording)
    alice, bob = statements[Party.ALICE], statements[Party.BOB]
    assert alice.failure is not None
    assert alice.failure.reason is Reason.REMOTE_HUNG_UP
    assert alice.failure.detail == "the peer ended DTLS with close_notify"
    assert abs(emptied(alice) - emptied(bob)) < SOON, "a page says itself since when it has shown nothing"


def emptied(statement: EndpointStatement) -> float:
    """Since when the screen shows no lock, which it did."""
    before, last = statement.screens[-2:]
    assert (before.screen.indicator, last.screen.indicator) == (Indicator.LOCK, Indicator.NONE)
    return last.time
