"""Which capture is the caller's, and what stands on the screen there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.inspection.calls import CallEvidence
from harness.inspection.calls.caller import callers
from harness.inspection.calls.conversation import conversations
from harness.inspection.calls.sides import sides

from ..call_traffic import ALICE, BOB
from .captured import MALLORY, intercepted, together


def named(captures: Sequence[CallEvidence]) -> tuple[tuple[str, ...], str]:
    found = [one for capture in captures for one in conversations(capture)]
    return sides(found, callers(found, None))


@pytest.mark.parametrize(
    ("near", "turned", "expected"),
    [
        ((), False, ("caller", "callee")),
        ((), True, ("caller", "callee")),  # nothing is known: the first one is the caller's
        ((ALICE, BOB), False, ("caller", "callee")),
        ((ALICE, BOB), True, ("callee", "caller")),
        ((ALICE,), True, ("callee", "caller")),
        ((BOB,), True, ("callee", "caller")),
    ],
)
def test_the_side_that_captured_decides_whose_capture_it_is(
    near: tuple[str, ...], turned: bool, expected: tuple[str, ...]
) -> None:
    captures = [replace(one, near=near) for one in intercepted()]
    found, why = named(captures[::-1] if turned else captures)
    assert found == expected
    assert ("is known" in why) is bool(near)


def test_at_a_relay_the_sides_are_the_far_ends() -> None:
    """Mallory is called on one leg and calls on the other: Alice, who called, is on the first."""
    relay = replace(together("relay.pcap", *intercepted()), near=(MALLORY,))
    found, why = named([relay])
    assert found == ("caller", "callee")
    assert "is known" in why


def test_two_captures_that_both_claim_to_be_the_callers_are_taken_in_order() -> None:
    alice, bob = intercepted()
    found, why = named([replace(alice, near=(ALICE,)), replace(bob, near=(MALLORY,))])
    assert (found, why) == (("caller", "callee"), "alice.pcap, given first, is taken as the caller's side")


def test_what_is_between_has_a_name_of_its_own() -> None:
    alice, bob = intercepted()
    found, _ = named([alice, bob, bob, alice])
    assert found == ("caller", "between, bob.pcap frames 5–8", "between, bob.pcap frames 5–8", "callee")
