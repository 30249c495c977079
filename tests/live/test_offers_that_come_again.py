"""Stacks that nobody here wrote, offered again what they were offered before: all answer, and none loses its lock."""

from __future__ import annotations

from pathlib import Path

import pytest

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
from harness.model.statement import Indicator
from harness.placement import Placed, place
from harness.runner import Options

pytestmark = pytest.mark.live

SCENARIOS = Path(__file__).parents[2] / "scenarios"
CHROMIUM = "" if chromium.program() is not None else f"no Chromium ({', '.join(chromium.PROGRAMS)})"
LACKING = {
    EndpointKind.CHROMIUM: CHROMIUM,
    EndpointKind.CHROMIUM_RAW: CHROMIUM,
    EndpointKind.FIREFOX: firefox.lacking(),
    EndpointKind.GSTREAMER: "" if found().software else "no webrtcbin",
}
STACKS = {
    EndpointKind.CHROMIUM: "chromium",
    EndpointKind.CHROMIUM_RAW: "chromium",
    EndpointKind.FIREFOX: "firefox",
    EndpointKind.GSTREAMER: "webrtcbin",
}
"""The call window is a page in Chromium, and takes from it what becomes of an offer."""


def placed(folder: Path, name: str, callee: EndpointKind) -> Placed:
    """A call from the reference client, which names its certificate by three hashes."""
    if LACKING.get(callee):
        pytest.skip(LACKING[callee])
    (one,) = with_endpoints((one for one in load(SCENARIOS) if one.id == name), {Party.BOB: callee})
    return place(one, Options(captures=folder))


def indicators(one: Placed) -> set[Indicator]:
    """What was on the callee's screen, from the moment at which the call was up."""
    assert one.recording is not None
    return {shown.screen.indicator for shown in read_statements(one.recording)[Party.BOB].screens}


@pytest.mark.parametrize("callee", STACKS)
def test_the_offer_in_effect_is_answered_again_and_that_is_no_alarm(tmp_path: Path, callee: EndpointKind) -> None:
    one = placed(tmp_path, "signalling-replay[to=callee]", callee)
    assert (one.result.outcome, one.result.status) == (Outcome.SECURE, Status.KNOWN_DEVIATION), one.result.because
    assert one.result.deviation == f"{STACKS[callee]}-answers-the-offer-in-effect-again"
    assert Reason.SIGNALLING_SWALLOWED in {found.reason for found in one.result.findings}, "its answer went no further"
    assert indicators(one) == {Indicator.LOCK}, "nothing has changed"


@pytest.mark.parametrize("callee", STACKS)
def test_one_that_was_replaced_is_answered_as_well_and_that_is_the_callees_fault(
    tmp_path: Path, callee: EndpointKind
) -> None:
    one = placed(tmp_path, "signalling-replay-before-reoffer", callee)
    assert (one.result.outcome, one.result.status) == (Outcome.SECURE, Status.KNOWN_DEVIATION), one.result.because
    assert one.result.deviation == f"{STACKS[callee]}-answers-old-offers"
    assert [found.vantage for found in one.result.findings if found.reason is Reason.OLD_OFFER_ANSWERED] == ["bob"]
    assert indicators(one) == {Indicator.LOCK}


def test_our_own_client_answers_neither(tmp_path: Path) -> None:
    for name in ("signalling-replay[to=callee]", "signalling-replay-before-reoffer"):
        one = placed(tmp_path, name, EndpointKind.AIORTC)
        assert (one.result.outcome, one.result.status) == (Outcome.BLOCKED, Status.AS_EXPECTED), one.result.because
