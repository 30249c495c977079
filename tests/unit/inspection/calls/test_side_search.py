"""Many handshakes in few captures: each finds its own, and none is compared with all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.inspection.calls import CallEvidence, calls, conversation
from harness.inspection.calls.side_search import sides_of_calls
from harness.model.inspection import CallVerdict

from ...wire.openssl_pair import shake_hands
from .captured import ALICE_ID, BOB_ID, captured

(ONE,) = captured("", shake_hands(ALICE_ID, BOB_ID)).associations


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
