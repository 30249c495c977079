"""What two stacks do at an honest restart may leave nothing of an attack to see: it is not run, and why is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalogue import load
from harness.endpoint_choice import with_endpoints
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.needs import unmet
from harness.restarts import why_no_restart

CATALOGUE = {one.id: one for one in load(Path(__file__).parents[2] / "scenarios")}
AIORTC, CHROMIUM, FIREFOX = EndpointKind.AIORTC, EndpointKind.CHROMIUM_RAW, EndpointKind.FIREFOX


def why(name: str, alice: EndpointKind, bob: EndpointKind) -> str:
    (one,) = with_endpoints([CATALOGUE[name]], {Party.ALICE: alice, Party.BOB: bob})
    return why_no_restart(one) or ""


@pytest.mark.parametrize("name", ["late-mitm", "late-mitm-refused", "fingerprint-swap-at-restart"])
@pytest.mark.parametrize("browser", [CHROMIUM, FIREFOX])
def test_who_keeps_an_association_and_who_renews_it_lose_each_other(name: str, browser: EndpointKind) -> None:
    for pair in ((AIORTC, browser), (browser, AIORTC)):
        assert "an honest call ends there" in why(name, *pair)


@pytest.mark.parametrize("name", ["late-mitm", "late-mitm-refused", "fingerprint-swap-at-restart"])
def test_a_restart_by_chromium_leaves_firefox_deaf(name: str) -> None:
    assert "hears nothing of it any more" in why(name, CHROMIUM, FIREFOX)


@pytest.mark.parametrize(
    ("name", "alice", "bob"),
    [
        ("late-mitm", FIREFOX, CHROMIUM),
        ("late-mitm-refused", FIREFOX, CHROMIUM),
        ("late-mitm-refused", FIREFOX, FIREFOX),
    ],
)
def test_firefox_begins_no_second_association_for_anybody_to_come_into(
    name: str, alice: EndpointKind, bob: EndpointKind
) -> None:
    assert "begins no second DTLS association" in why(name, alice, bob)


@pytest.mark.parametrize(
    ("name", "alice", "bob"),
    [
        *((name, kind, kind) for name in ("late-mitm", "fingerprint-swap-at-restart") for kind in (AIORTC, CHROMIUM)),
        ("late-mitm", FIREFOX, FIREFOX),
        ("fingerprint-swap-at-restart", FIREFOX, CHROMIUM),
        ("late-mitm-refused", AIORTC, AIORTC),
        ("late-mitm-refused", CHROMIUM, CHROMIUM),
        ("honest-restart", AIORTC, FIREFOX),
        ("fingerprint-many[how=after,lines=1]", AIORTC, FIREFOX),
    ],
)
def test_whatever_shows_something_is_made(name: str, alice: EndpointKind, bob: EndpointKind) -> None:
    """So are honest restarts between all of them: how they end is what these reasons rest on."""
    assert why(name, alice, bob) == ""


def test_such_a_scenario_is_counted_as_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.needs.firefox.lacking", lambda enclosed: "")
    (one,) = with_endpoints([CATALOGUE["late-mitm-refused"]], {Party.BOB: FIREFOX})
    (lacking,) = unmet([one], {}, ())
    assert "only one of them begins another DTLS association" in lacking.why
