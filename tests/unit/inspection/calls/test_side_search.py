"""Many handshakes in few captures: each finds its own, and none is compared with all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.inspection.calls import CallEvidence, calls, conversation
from harness.inspection.calls.side_search import sides_of_calls
from harness.model.inspection import CallVerdict

from ...wire.openssl_pair import shake_hands
from .captured import ALICE_ID, BOB_ID, MALLORY_ID, captured, intercepted, together

SSRCS = frozenset({0x11111111, 0x22222222})

(ONE,) = captured("", shake_hands(ALICE_ID, BOB_ID)).associations


def later(capture: CallEvidence, seconds: float) -> CallEvidence:
    moved = tuple(replace(one, started=one.started + seconds) for one in capture.associations)
    return replace(capture, associations=moved)


def crowd(name: str, size: int, started: float = 0.0, hosts: int = 1) -> CallEvidence:
    """So many finished handshakes, 128 each second, from as many `hosts`."""
    return CallEvidence(
        name,
        tuple(
            replace(
                ONE,
                leg=number,
                near=f"192.0.2.{number % hosts}:{number}",
                started=started + number / 128,
                dtls=replace(ONE.dtls, client_random=number.to_bytes(32, "big"), first=number, last=number),
            )
            for number in range(size)
        ),
    )


def test_a_crowd_finds_its_partners() -> None:
    size = 4000
    found = sides_of_calls([crowd("a", size, hosts=200), crowd("b", size, 0.5, hosts=200)])
    assert sum(len(one.finished) for call in found for one in call.conversations) == 2 * size
    assert all(len(call.conversations) == 2 for call in found)
    assert all(call.conversations[0].handshakes == call.conversations[1].handshakes for call in found)


def test_handshakes_beyond_the_most_leave_the_question_open(monkeypatch: pytest.MonkeyPatch) -> None:
    both = crowd("a", 3), crowd("b", 3, 0.5)
    assert [call.verdict for call in calls(both)] == [CallVerdict.NOT_INTERCEPTED]
    monkeypatch.setattr(conversation, "MAX_HANDSHAKES", 2)
    (call,) = calls(both)
    assert call.verdict is CallVerdict.CANNOT_TELL
    assert call.because[:2] == ("a: 1 finished handshakes not compared", "b: 1 finished handshakes not compared")


def test_reasons_are_bounded_and_the_rest_is_counted() -> None:
    (call,) = calls([crowd("a", 150), crowd("b", 150, 0.5)])
    assert call.verdict is CallVerdict.NOT_INTERCEPTED
    assert len(call.because) == 100
    assert call.because[-1] == "and 52 reasons more"


@pytest.mark.parametrize(("hours", "sources", "sides"), [(0, (), 2), (2, (), 1), (-48, (), 1), (48, SSRCS, 2)])
def test_captures_of_other_times_are_no_sides_of_one_call(hours: int, sources: frozenset[int], sides: int) -> None:
    """Unless their media say that they are: a clock may be off by years."""
    alice, bob = (replace(each, sources={0: frozenset(sources)}) for each in intercepted())
    found = calls([alice, later(bob, hours * 3600)])
    verdict = CallVerdict.INTERCEPTED if sides == 2 else CallVerdict.CANNOT_TELL
    assert [call.verdict for call in found] == [verdict] * (3 - sides)


def test_the_ssrcs_tell_which_calls_are_sides_of_one() -> None:
    """By the order of time each would be taken for the other one's side."""
    first, second = frozenset({1 << 20, 2 << 20}), frozenset({3 << 20, 4 << 20})
    one, other = intercepted(), intercepted()
    alice = replace(together("alice", one[0], later(other[0], 100)), sources={0: first, 1: second})
    bob = replace(together("bob", other[1], later(one[1], 100)), sources={0: second, 1: first})
    found = sides_of_calls([alice, bob])
    assert [[side.sources for side in call.conversations] for call in found] == [[first] * 2, [second] * 2]


@pytest.mark.parametrize(("common", "calls_seen"), [(SSRCS, 1), (frozenset({1}), 2)])
def test_a_relay_with_two_addresses_is_known_by_two_ssrcs(common: frozenset[int], calls_seen: int) -> None:
    to_alice = captured("", shake_hands(ALICE_ID, MALLORY_ID), server="198.51.100.9:700")
    to_bob = captured("", shake_hands(MALLORY_ID, BOB_ID), "203.0.113.9:700", controlling="203.0.113.9:700", time=1.1)
    relay = replace(together("relay", to_alice, to_bob), sources={0: common, 1: common})
    assert len(sides_of_calls([relay])) == calls_seen
