"""Calls between Chromium and Firefox, which write the same thing at different places of a description."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalogue import load
from harness.endpoint_choice import with_endpoints
from harness.endpoints.chromium import installed as chromium
from harness.endpoints.firefox import installed as firefox
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason, Severity
from harness.model.outcome import Outcome, Status
from harness.placement import Placed, place
from harness.runner import Options

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        chromium.program() is None or firefox.lacking() != "",
        reason=f"no Chromium ({', '.join(chromium.PROGRAMS)}) or no Firefox ({', '.join(firefox.PROGRAMS)})",
    ),
]

ROOT = Path(__file__).parents[2]
CHROMIUM, FIREFOX = EndpointKind.CHROMIUM_RAW, EndpointKind.FIREFOX


def called(tmp_path: Path, name: str, caller: EndpointKind, callee: EndpointKind) -> Placed:
    kinds = {Party.ALICE: caller, Party.BOB: callee}
    (one,) = with_endpoints((one for one in load(ROOT / "scenarios") if one.id == name), kinds)
    return place(one, Options(captures=tmp_path))


@pytest.mark.parametrize(
    "name", ["fingerprint-many[how=after,lines=1]", "fingerprint-many-hashes[how=before,algorithm=sha-512]"]
)
@pytest.mark.parametrize(("caller", "callee", "refuses"), [(CHROMIUM, FIREFOX, "alice"), (FIREFOX, CHROMIUM, "bob")])
def test_chromium_refuses_a_second_fingerprint_where_firefox_puts_its_own_and_says_so(
    tmp_path: Path, name: str, caller: EndpointKind, callee: EndpointKind, refuses: str
) -> None:
    """Between two of Chromium the first of these lets the interceptor in: there the lines stand in the section."""
    result = called(tmp_path, name, caller, callee).result
    assert (result.outcome, result.status) == (Outcome.BLOCKED, Status.KNOWN_DEVIATION), result.because
    assert result.deviation == "chromium-refuses-two-lines-at-session-level"
    assert not result.intercepted
    alarms = {one.reason: one for one in result.findings if one.severity is Severity.ALARM}
    assert alarms.keys() == {Reason.SDP_REJECTED, Reason.FINGERPRINT_ALTERED}
    assert alarms[Reason.SDP_REJECTED].vantage == refuses
    assert "Can't have multiple fingerprint attributes at the same level." in alarms[Reason.SDP_REJECTED].detail


def test_two_browsers_that_read_one_section_of_a_bundle_make_a_call_of_it(tmp_path: Path) -> None:
    name = "fingerprint-per-media[rewrite=fingerprint-other-in-second-media]"
    result = called(tmp_path, name, CHROMIUM, FIREFOX).result
    assert (result.outcome, result.status) == (Outcome.SECURE, Status.KNOWN_DEVIATION), result.because


def test_firefox_refuses_a_plain_profile_whoever_calls(tmp_path: Path) -> None:
    result = called(tmp_path, "profile-avp", CHROMIUM, FIREFOX).result
    assert (result.outcome, result.status) == (Outcome.BLOCKED, Status.KNOWN_DEVIATION), result.because
    assert result.deviation == "firefox-refuses-plain-profiles"
