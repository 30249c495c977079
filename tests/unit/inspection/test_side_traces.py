"""What each side shows of itself, from whole calls: who is who, and which captures show one call."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.inspection.calls import calls
from harness.inspection.captured import Captured
from harness.inspection.side_traces import side_traces
from harness.inspection.traces import SideTraces

from .call_traffic import ALICE, BOB
from .made_calls import ALICE_SSRC, BOB_SSRC, MadeCall, made_call, write

MALLORY = "198.51.100.7:7000"


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call(count=3)


def traces(*paths: Path) -> tuple[SideTraces, ...]:
    captures = [Captured(path, path.name) for path in paths]
    for one in captures:
        one.follow()
    return side_traces(captures, calls([one.evidence for one in captures]))


def test_both_sides_of_a_call_are_told_apart(call: MadeCall, tmp_path: Path) -> None:
    alice, bob = traces(write(tmp_path / "a.pcapng", call.sent))
    assert (alice.side, bob.side) == (f"a.pcapng, client {ALICE}", f"a.pcapng, server {BOB}")
    assert (alice.certificate, bob.certificate) == (call.alice.der, call.bob.der)
    assert alice.random == call.pair.client.client_random()
    assert bob.random == call.pair.client.server_random()
    assert (alice.ssrcs, bob.ssrcs) == ((ALICE_SSRC,), (BOB_SSRC,))
    assert (alice.sequences, bob.sequences) == ((65_500,), (65_500,))
    assert (alice.addresses, bob.addresses) == ((ALICE,), (BOB,))


def test_the_fragments_of_ice_go_to_those_who_chose_them(call: MadeCall, tmp_path: Path) -> None:
    """Alice's check says "d:g": the receiver's fragment first (RFC 8445 section 7.2.2)."""
    alice, bob = traces(write(tmp_path / "a.pcapng", call.sent))
    assert (alice.ufrag, bob.ufrag) == ("g", "d")


def test_the_same_call_has_one_name_in_both_captures(call: MadeCall, tmp_path: Path) -> None:
    paths = [write(tmp_path / name, call.sent) for name in ("a.pcapng", "b.pcapng")]
    assert len({one.call for one in traces(*paths)}) == 1


def test_an_intercepted_call_is_one_call_too(tmp_path: Path) -> None:
    """Otherwise what Alice and the interceptor have in common would look like two calls of one person."""
    first, second = made_call(count=3), made_call(count=3, ends=(MALLORY, BOB))
    found = traces(write(tmp_path / "a.pcapng", first.sent), write(tmp_path / "b.pcapng", second.sent))
    assert len({one.call for one in found}) == 1


def test_two_calls_of_one_capture_have_two_names(call: MadeCall, tmp_path: Path) -> None:
    later = [one._replace(time=one.time + 100) for one in made_call(count=3, ends=(ALICE, MALLORY)).sent]
    found = traces(write(tmp_path / "a.pcapng", [*call.sent, *later]))
    assert len(found) == 4
    assert len({one.call for one in found}) == 2


def test_without_a_handshake_nobody_is_told_apart(call: MadeCall, tmp_path: Path) -> None:
    assert traces(write(tmp_path / "a.pcapng", [one for one in call.sent if one.time >= 5])) == ()
