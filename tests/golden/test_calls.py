"""Calls of the golden recordings, seen from the two captures alone: nothing that an endpoint says is used.

Who attacked each call, and how, was written down by hand; the codes are what the endpoints' screens showed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.inspection.associations import AssociationFollower
from harness.inspection.calls import Call, CallEvidence, calls
from harness.inspection.ice import IceFollower
from harness.model.inspection import CallVerdict
from harness.vantage.capture import open_capture
from harness.vantage.layers import Layers

GOLDEN = Path(__file__).parent.parent.parent / "captures" / "golden" / "first"

WHOLE = ("honest-audio-call", "srtp-replay", "replay-accepted", "null-cipher")
"""Calls in which nobody took part in the handshake; what protects their media is another question."""

ENDED_BETWEEN = (
    "fingerprint-never-compared",
    "fingerprint-swap-one-side[swap=caller]",
    "fingerprint-swap-one-side[swap=callee]",
)
WITHOUT_HANDSHAKE = ("clear-with-lock", "fingerprint-missing")


def captures(name: str) -> list[Path]:
    """Alice's capture, then Bob's."""
    return sorted((GOLDEN / name / "call-1").glob("*.pcapng"))


def evidence(path: Path) -> CallEvidence:
    layers, associations, checks = Layers(), AssociationFollower(), IceFollower()
    for frames in open_capture(path).windows():
        window = layers.window(frames)
        associations.add(window)
        checks.add(window)
    return CallEvidence(path.name, associations.result(), checks.result(), limits=associations.limits())


def the_call(*paths: Path) -> Call:
    (call,) = calls([evidence(path) for path in paths])
    return call


def screens(name: str) -> list[str]:
    """The codes that Alice, who called, and Bob read."""
    folder = GOLDEN / name / "call-1"
    files = [folder / f"endpoint-{party}.json" for party in ("alice", "bob")]
    return [json.loads(path.read_text(encoding="utf-8"))["screen"]["code"] for path in files]


def test_every_golden_recording_is_looked_at() -> None:
    folders = {path.name for path in GOLDEN.iterdir() if path.is_dir()}
    assert folders == {*WHOLE, *ENDED_BETWEEN, *WITHOUT_HANDSHAKE}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("turned", [False, True])
def test_a_call_with_one_handshake_was_not_intercepted(name: str, turned: bool) -> None:
    call = the_call(*(captures(name)[::-1] if turned else captures(name)))
    assert call.verdict is CallVerdict.NOT_INTERCEPTED
    assert [call.codes[side] for side in ("caller", "callee")] == screens(name)


@pytest.mark.parametrize("name", ENDED_BETWEEN)
@pytest.mark.parametrize("turned", [False, True])
def test_a_call_with_somebody_in_between_was_intercepted(name: str, turned: bool) -> None:
    call = the_call(*(captures(name)[::-1] if turned else captures(name)))
    assert call.verdict is CallVerdict.INTERCEPTED
    shown = [call.codes[side] for side in ("caller", "callee")]
    assert shown[0] != shown[1]
    assert screens(name) in (shown, [None, None])  # an endpoint that refuses the call shows no code


@pytest.mark.parametrize("name", WITHOUT_HANDSHAKE)
def test_a_call_without_a_handshake_has_no_verdict(name: str) -> None:
    call = the_call(*captures(name))
    assert (call.verdict, call.codes) == (CallVerdict.CANNOT_TELL, {})


@pytest.mark.parametrize("name", [*WHOLE, "fingerprint-never-compared"])
def test_one_capture_gives_the_code_on_the_screen_of_its_side(name: str) -> None:
    codes = [the_call(path).codes for path in captures(name)]
    assert [list(one.values()) for one in codes] == [[code] for code in screens(name)]
