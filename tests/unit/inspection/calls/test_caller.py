"""Who called: what the user says, then ICE, and one handshake has one caller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.inspection.calls import CallEvidence
from harness.inspection.calls.caller import Caller, callers
from harness.inspection.calls.conversation import conversations

from ...wire.openssl_pair import shake_hands
from ..call_traffic import ALICE, BOB
from .captured import ALICE_ID, BOB_ID, captured

PAIR = shake_hands(ALICE_ID, BOB_ID)


def caller(*captures: CallEvidence, address: str | None = None) -> Caller:
    (found,) = callers([one for capture in captures for one in conversations(capture)], address).values()
    return found


@pytest.mark.parametrize("controlling", [ALICE, BOB])
def test_the_controlling_side_made_the_offer(controlling: str) -> None:
    """RFC 8445 section 6.1.1."""
    found = caller(captured("a", PAIR, controlling=controlling))
    assert found.client_called is (controlling == ALICE)
    assert not found.named


@pytest.mark.parametrize(
    ("address", "client_called"),
    [("192.0.2.1", True), (ALICE, True), ("192.0.2.2", False), (BOB, False)],
)
def test_what_the_user_says_outweighs_ice(address: str, client_called: bool) -> None:
    found = caller(captured("a", PAIR, controlling=BOB if client_called else ALICE), address=address)
    assert (found.client_called, found.named) == (client_called, True)


def test_an_address_of_both_ends_says_nothing() -> None:
    one_host = captured("a", PAIR, "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:2")
    found = caller(one_host, address="127.0.0.1")
    assert found.client_called is False
    assert found.how.startswith("127.0.0.1 is both ends of 127.0.0.1:2 ↔ 127.0.0.1:1; ")


def test_in_one_capture_the_user_is_right_and_in_the_other_ice_does_not_count_any_more() -> None:
    contradicting = [captured("a", PAIR, controlling=BOB), captured("b", PAIR, "203.0.113.5:1", BOB, BOB)]
    assert caller(*contradicting, address=ALICE).client_called is True


def test_a_contradiction_between_captures_leaves_it_unknown() -> None:
    found = caller(captured("a", PAIR, controlling=ALICE), captured("b", PAIR, controlling=BOB))
    assert found.client_called is None
    assert "a: " in found.how
    assert "b: " in found.how


def test_ice_that_names_nobody_says_why() -> None:
    capture = captured("a", PAIR)
    silent = replace(capture, ice=(replace(capture.ice[0], near_controls=None, why="nobody answered"),))
    assert caller(silent) == Caller(None, "a: nobody answered")
