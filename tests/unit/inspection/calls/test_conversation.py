"""Which handshakes of a capture are of one call."""

from __future__ import annotations

from dataclasses import replace

from harness.inspection.calls.conversation import conversations
from harness.inspection.calls.unclear import TOGETHER
from harness.wire.dtls import DtlsAssociation

from ...wire.openssl_pair import shake_hands
from ..call_traffic import ALICE, BOB
from .captured import ALICE_ID, BOB_ID, MALLORY, captured, changed, together

VIDEO = ALICE.replace("5000", "5002")


def handshake(client: str = ALICE, server: str = BOB, time: float = 1.0):  # type: ignore[no-untyped-def]
    return captured("", shake_hands(ALICE_ID, BOB_ID), client, server, client, time)


def sizes(*captures, legs: bool = True) -> list[int]:  # type: ignore[no-untyped-def]
    return [len(one.finished) for one in conversations(together("alice.pcap", *captures, legs=legs))]


def test_media_sections_between_the_same_hosts_belong_together() -> None:
    assert sizes(handshake(), handshake(VIDEO, time=1 + TOGETHER)) == [2]
    assert sizes(handshake(), handshake(BOB, VIDEO)) == [2]


def test_another_time_or_another_host_is_another_call() -> None:
    assert sizes(handshake(), handshake(VIDEO, time=2 + TOGETHER)) == [1, 1]
    assert sizes(handshake(), handshake(server=MALLORY)) == [1, 1]


def test_without_times_the_hosts_decide() -> None:
    assert sizes(handshake(), handshake(VIDEO, time=float("nan"))) == [2]


def test_a_later_handshake_on_the_same_leg_belongs_to_its_call() -> None:
    assert sizes(handshake(), handshake(time=3600), legs=False) == [2]


def test_on_one_host_every_leg_is_a_call_of_its_own() -> None:
    assert sizes(handshake("127.0.0.1:1", "127.0.0.1:2"), handshake("127.0.0.1:3", "127.0.0.1:4")) == [1, 1]


def test_one_handshake_on_two_legs_was_forwarded() -> None:
    pair = shake_hands(ALICE_ID, BOB_ID)
    legs = [captured("", pair, end, BOB, end) for end in (ALICE, VIDEO)]
    assert sizes(*legs) == [1, 1]


def test_what_is_not_for_media_is_left_aside_when_something_is() -> None:
    call, other = handshake(), handshake(server=MALLORY)
    hello = other.associations[0].dtls.client_hello
    assert hello is not None
    tunnel = changed(other, client_hello=replace(hello, srtp_profiles=()))
    assert sizes(tunnel, call) == [1]
    assert sizes(tunnel) == [1]


def test_records_under_unknown_keys_are_unclear_where_they_could_be_of_the_call() -> None:
    call = handshake()
    unseen = DtlsAssociation(protected_near=True, protected_far=True)
    one_way = DtlsAssociation(protected_near=True)
    for client, server, dtls, expected in (
        (VIDEO, BOB, unseen, 1),
        (VIDEO, BOB, one_way, 0),
        (VIDEO, MALLORY, unseen, 0),
    ):
        more = replace(call.associations[0], leg=9, near=client, far=server, dtls=dtls)
        (found,) = conversations(replace(call, associations=(*call.associations, more)))
        assert len(found.unclear) == expected


def test_only_the_last_handshake_of_each_leg_is_in_force() -> None:
    first, second = handshake(), handshake(time=9)
    (found,) = conversations(together("", first, second, legs=False))
    assert [one.handshake for one in found.latest] == [found.finished[1].handshake]
