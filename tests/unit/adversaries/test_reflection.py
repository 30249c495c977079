"""The caller meets itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from harness.adversaries.machine import Deliver, Forward, SendSignal
from harness.adversaries.reflection import (
    FINGERPRINT_REFLECTED,
    OFFER_REFLECTED,
    PACKETS_REFLECTED,
    FingerprintReflection,
    OfferReflection,
    PacketReflection,
)
from harness.model.adversary import Position, Reflection
from harness.model.recording import SignalKind
from harness.wire.sdp import Sdp

from .descriptions import ANSWER, OFFER, SHA256, attributes
from .transcript import ALICE, BINDING_REQUEST, BOB, answer, deeds, feed, forwarded, offer, only, rtcp, rtp, signal


def test_the_offer_comes_back_as_its_own_answer_and_the_callee_hears_nothing() -> None:
    commands = signal(OfferReflection(), offer(OFFER))
    assert only(commands, Deliver) == []
    (sent,) = only(commands, SendSignal)
    assert (sent.to, sent.message.kind, sent.message.sender) == (ALICE, SignalKind.ANSWER, BOB)
    assert attributes(sent.message.body, "fingerprint") == attributes(OFFER, "fingerprint")
    assert {value for _, value in Sdp.parse(sent.message.body).setups()} == {"active"}
    assert deeds(commands) == {OFFER_REFLECTED: 1}


def test_what_is_no_offer_goes_on() -> None:
    assert only(signal(OfferReflection(), answer(ANSWER)), Deliver)


def test_the_callers_fingerprints_stand_in_the_answer_and_nothing_else_is_hers() -> None:
    machine = FingerprintReflection()
    offered = OFFER.replace(SHA256, SHA256[::-1])
    assert only(signal(machine, offer(offered)), Deliver) == [Deliver(offer(offered))]
    commands = signal(machine, answer(ANSWER))
    (arrived,) = only(commands, Deliver)
    assert arrived.message == answer(ANSWER.replace(SHA256, SHA256[::-1]))
    assert deeds(commands) == {FINGERPRINT_REFLECTED: 1}


@pytest.mark.parametrize("offered", [None, "v=0\r\n"])
def test_without_a_fingerprint_of_the_caller_there_is_nothing_to_reflect(offered: str | None) -> None:
    machine = FingerprintReflection()
    if offered is not None:
        signal(machine, offer(offered))
    assert signal(machine, answer(ANSWER)) == [Deliver(answer(ANSWER))]


@pytest.mark.parametrize("position", [(Position.PATH,), ()])
def test_a_fingerprint_can_be_reflected_only_in_the_signalling(position: tuple[Position, ...]) -> None:
    with pytest.raises(ValidationError):
        Reflection(kind="reflection", position=position, what="fingerprint")


def test_each_media_packet_goes_on_and_comes_back() -> None:
    machine = PacketReflection()
    for sender, packet in ((ALICE, rtp(1)), (BOB, rtcp())):
        commands = feed(machine, sender, packet)
        assert forwarded(commands) == [(sender.peer, packet), (sender, packet)]
        assert deeds(commands) == {PACKETS_REFLECTED: 1}


def test_nothing_else_comes_back() -> None:
    assert feed(PacketReflection(), ALICE, BINDING_REQUEST) == [Forward(BOB, BINDING_REQUEST)]
