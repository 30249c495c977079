"""Candidates added and candidates replaced."""

from __future__ import annotations

import pytest

from harness.adversaries.candidate_injection import CandidateAddition, CandidateRemoval, CandidateReplacement
from harness.adversaries.machine import (
    Deed,
    Deliver,
    FaceOpened,
    Forward,
    Learned,
    OwnSocketOpened,
    StrangerDatagram,
)
from harness.model.base import Role
from harness.model.datagram import Address
from harness.model.recording import SignalMessage

from .descriptions import ANSWER, OFFER, attributes
from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, answer, feed, hangup, offer, rtp, signal

OWN = ("127.1.0.9", 9999)
ALICES = ("127.1.0.1", 5000)

# adding


def addition() -> CandidateAddition:
    machine = CandidateAddition()
    assert list(machine.handle(OwnSocketOpened(OWN, NOW))) == []
    assert list(machine.handle(Learned(ALICE, ALICES, NOW))) == []
    return machine


@pytest.mark.parametrize("message", [offer(OFFER), answer(ANSWER)])
def test_each_media_section_gets_one_more_candidate_before_the_honest_one(message: SignalMessage) -> None:
    delivered, deed = signal(addition(), message)
    assert isinstance(delivered, Deliver)
    intruder = "intruder 1 udp 2147483647 127.1.0.9 9999 typ host"
    first, second = attributes(message.body, "candidate")
    assert attributes(delivered.message.body, "candidate") == [intruder, first, intruder, second]
    assert deed == Deed("candidate-added")


def test_nothing_else_of_the_description_changes() -> None:
    delivered, _ = signal(addition(), offer(OFFER))
    assert isinstance(delivered, Deliver)
    assert [line for line in delivered.message.body.split("\r\n") if "intruder" not in line] == OFFER.split("\r\n")


@pytest.mark.parametrize("message", [offer("v=0\r\n"), hangup(BOB)])
def test_without_a_candidate_to_imitate_nothing_is_added(message: SignalMessage) -> None:
    assert signal(addition(), message) == [Deliver(message)]


def test_before_it_has_a_socket_it_adds_nothing() -> None:
    assert signal(CandidateAddition(), offer(OFFER)) == [Deliver(offer(OFFER))]


def stranger(source: Address, data: bytes) -> list[object]:
    return list(addition().handle(StrangerDatagram(source, data, NOW)))


def test_a_check_of_a_party_proves_that_the_candidate_was_tried() -> None:
    assert stranger(ALICES, BINDING_REQUEST) == [Deed("candidate-contacted")]


@pytest.mark.parametrize(
    ("source", "data"),
    [
        pytest.param(("127.1.0.1", 5001), BINDING_REQUEST, id="from somebody else"),
        pytest.param(ALICES, rtp(1), id="not STUN"),
        pytest.param(ALICES, b"\x01\x01" + BINDING_REQUEST[2:], id="a response"),
        pytest.param(ALICES, b"\x00\x03" + BINDING_REQUEST[2:], id="an allocation"),
        pytest.param(ALICES, BINDING_REQUEST[:2] + b"\x00\x08" + BINDING_REQUEST[4:], id="cut off"),
    ],
)
def test_anything_else_proves_nothing_and_is_never_answered(source: Address, data: bytes) -> None:
    assert stranger(source, data) == []


def test_addition_has_happened_only_when_a_party_tried_the_candidate() -> None:
    assert CandidateAddition().required == ("candidate-added", "candidate-contacted")
    assert not CandidateAddition().reroutes


# replacing


def replacement() -> CandidateReplacement:
    """The relay has faces for both sockets of alice, and for one of bob's two."""
    machine = CandidateReplacement()
    for party, real, face in (
        (ALICE, ("127.1.0.1", 5000), ("127.1.0.4", 7000)),
        (ALICE, ("127.1.0.1", 5002), ("127.1.0.4", 7002)),
        (BOB, ("127.1.0.2", 6000), ("127.1.0.3", 8000)),
    ):
        assert list(machine.handle(FaceOpened(party, real, face, NOW))) == []
    return machine


def test_every_address_becomes_the_relays() -> None:
    delivered, deed = signal(replacement(), offer(OFFER))
    assert isinstance(delivered, Deliver)
    body = delivered.message.body
    assert attributes(body, "candidate") == [
        "c0 1 udp 2130706431 127.1.0.4 7000 typ host",
        "c1 1 udp 2130706431 127.1.0.4 7002 typ host",
    ]
    assert [line for line in body.split("\r\n") if line.startswith(("m=", "c="))] == [
        "m=audio 7000 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 127.1.0.4",
        "m=video 7002 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 127.1.0.4",
    ]
    assert deed == Deed("candidates-replaced")


def test_a_candidate_that_the_relay_does_not_stand_for_is_taken_away() -> None:
    delivered, _ = signal(replacement(), answer(ANSWER))
    assert isinstance(delivered, Deliver)
    assert attributes(delivered.message.body, "candidate") == ["c0 1 udp 2130706431 127.1.0.3 8000 typ host"]


def test_a_description_without_any_known_address_is_left_alone() -> None:
    assert signal(CandidateReplacement(), offer(OFFER)) == [Deliver(offer(OFFER))]


def test_what_passes_the_relay_is_forwarded_and_counted() -> None:
    assert feed(replacement(), BOB, rtp(1)) == [Forward(ALICE, rtp(1)), Deed("datagrams-forwarded")]


def test_replacement_brings_the_path_to_itself() -> None:
    assert CandidateReplacement().reroutes
    assert CandidateReplacement().required == ("candidates-replaced", "datagrams-forwarded")


# removing

ENDED = OFFER.replace("\r\na=candidate", "\r\na=end-of-candidates\r\na=candidate", 1)


@pytest.mark.parametrize("ended", [True, False])
def test_no_candidate_is_left_and_perhaps_the_mark_of_their_end(ended: bool) -> None:
    delivered, deed = signal(CandidateRemoval((Role.CALLEE,), ended=ended), offer(ENDED))
    assert isinstance(delivered, Deliver)
    assert attributes(ENDED, "candidate")
    assert attributes(delivered.message.body, "candidate") == []
    assert ("end-of-candidates" in delivered.message.body) is ended
    assert deed == Deed("candidates-removed")


def test_only_who_is_meant_gets_a_description_without_candidates() -> None:
    assert signal(CandidateRemoval((Role.CALLER,), ended=False), offer(OFFER)) == [Deliver(offer(OFFER))]
    assert len(signal(CandidateRemoval((Role.CALLER,), ended=False), answer(ANSWER))) == 2
