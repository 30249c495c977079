"""What lies in the messages between a client and its TURN server, for whoever stands between them."""

from __future__ import annotations

from struct import pack

import pytest

from harness.wire.stun import Method, StunClass
from harness.wire.stun_writer import written, xor_address
from harness.wire.turn_message import Carried, Conversation, channel_data, take_messages

RELAYED, PEER = ("127.0.9.8", 40_001), ("127.0.9.8", 40_002)
TRANSACTION = bytes(range(12))


def said(method: Method, klass: StunClass, *attributes: tuple[str, bytes]) -> bytes:
    return written(method, klass, TRANSACTION, attributes, None)


def bound(number: int, klass: StunClass = StunClass.REQUEST) -> bytes:
    channel = ("CHANNEL-NUMBER", pack("!HH", number, 0))
    return said(Method.CHANNEL_BIND, klass, channel, xor_address("XOR-PEER-ADDRESS", PEER))


def indicated(method: Method, data: bytes) -> bytes:
    return said(method, StunClass.INDICATION, xor_address("XOR-PEER-ADDRESS", PEER), ("DATA", data))


def in_channel(number: int, data: bytes) -> bytes:
    return pack("!HH", number, len(data)) + data


def test_what_a_bound_channel_carries_is_for_its_peer_or_from_it() -> None:
    talk = Conversation()
    assert talk.heard(in_channel(0x4000, b"early"), from_client=True) is None
    assert talk.heard(bound(0x4000), from_client=True) is None
    for outward in (True, False):
        assert talk.heard(in_channel(0x4000, b"media"), from_client=outward) == Carried(PEER, b"media")
    assert talk.heard(in_channel(0x4001, b"of nobody"), from_client=True) is None


def test_only_who_asks_binds_a_channel() -> None:
    talk = Conversation()
    talk.heard(bound(0x4000), from_client=False)
    talk.heard(bound(0x4000, StunClass.ERROR), from_client=True)
    assert talk.heard(in_channel(0x4000, b"media"), from_client=True) is None


def test_an_indication_carries_in_one_direction_only() -> None:
    talk = Conversation()
    assert talk.heard(indicated(Method.SEND, b"check"), from_client=True) == Carried(PEER, b"check")
    assert talk.heard(indicated(Method.DATA, b"check"), from_client=False) == Carried(PEER, b"check")
    assert talk.heard(indicated(Method.DATA, b"check"), from_client=True) is None
    assert talk.heard(indicated(Method.SEND, b"check"), from_client=False) is None
    assert talk.heard(said(Method.SEND, StunClass.INDICATION, ("DATA", b"whom?")), from_client=True) is None


def test_the_server_says_which_address_it_relays_and_nobody_else() -> None:
    talk = Conversation()
    answer = said(Method.ALLOCATE, StunClass.SUCCESS, xor_address("XOR-RELAYED-ADDRESS", RELAYED))
    talk.heard(answer, from_client=True)
    talk.heard(said(Method.REFRESH, StunClass.SUCCESS, xor_address("XOR-RELAYED-ADDRESS", RELAYED)), from_client=False)
    assert talk.relayed is None
    talk.heard(answer, from_client=False)
    assert talk.relayed == RELAYED


@pytest.mark.parametrize(
    "junk", [b"", b"\x40", b"\x40\x00\x00\x09short", b"\x00\x03\x00\x08junk", bytes(40), b"\xff" * 60]
)
def test_what_is_no_message_carries_nothing(junk: bytes) -> None:
    talk = Conversation()
    talk.heard(bound(0x4000), from_client=True)
    assert talk.heard(junk, from_client=True) is None
    assert talk.heard(junk, from_client=False) is None
    assert channel_data(junk) is None


def test_messages_of_a_stream_come_apart_wherever_it_was_cut() -> None:
    messages = [
        in_channel(0x4000, b"abcde") + bytes(3),
        bound(0x4000),
        in_channel(0x4001, b""),
        in_channel(0x4000, b"four"),
    ]
    stream = b"".join(messages)
    for size in (1, 2, 3, 7, 50, len(stream)):
        unread, found = bytearray(), list[bytes]()
        for start in range(0, len(stream), size):
            unread += stream[start : start + size]
            found += take_messages(unread)
        assert found == messages
        assert not unread
