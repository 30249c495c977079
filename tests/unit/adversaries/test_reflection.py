"""The caller meets itself."""

from __future__ import annotations

from harness.adversaries.machine import Deliver, Forward, SendSignal
from harness.adversaries.reflection import OFFER_REFLECTED, PACKETS_REFLECTED, OfferReflection, PacketReflection
from harness.model.recording import SignalKind
from harness.wire.sdp import Sdp

from .descriptions import ANSWER, OFFER, attributes
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


def test_each_media_packet_goes_on_and_comes_back() -> None:
    machine = PacketReflection()
    for sender, packet in ((ALICE, rtp(1)), (BOB, rtcp())):
        commands = feed(machine, sender, packet)
        assert forwarded(commands) == [(sender.peer, packet), (sender, packet)]
        assert deeds(commands) == {PACKETS_REFLECTED: 1}


def test_nothing_else_comes_back() -> None:
    assert feed(PacketReflection(), ALICE, BINDING_REQUEST) == [Forward(BOB, BINDING_REQUEST)]
