"""The bystander: whatever comes goes on as it is."""

from __future__ import annotations

import pytest

from harness.adversaries.bystander import Bystander
from harness.adversaries.machine import CallUp, Deed, Deliver, Forward

from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, feed, offer, rtp, signal


@pytest.mark.parametrize("data", [BINDING_REQUEST, rtp(1), b"", b"\xff" * 1400])
def test_it_forwards_every_datagram_unchanged_and_counts_it(data: bytes) -> None:
    assert feed(Bystander(), ALICE, data) == [Forward(BOB, data), Deed("datagrams-forwarded")]
    assert feed(Bystander(), BOB, data) == [Forward(ALICE, data), Deed("datagrams-forwarded")]


def test_it_lets_the_signalling_pass() -> None:
    assert signal(Bystander(), offer("v=0")) == [Deliver(offer("v=0"))]


def test_it_does_nothing_of_its_own_accord() -> None:
    assert list(Bystander().handle(CallUp(NOW))) == []


def test_it_has_taken_part_only_when_something_passed() -> None:
    assert Bystander().required == ("datagrams-forwarded",)
