"""Messages between a client and its TURN server (RFC 8656), as far as both of them and whoever stands between need
them: what a channel carries, whom a message is about, and where one ends in a stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from . import stun
from .stun import Method, StunClass, StunMessage

Address = tuple[str, int]

CHANNEL_HEADER: Final = 4
MOST_UNREAD: Final = 1 << 17
"""Bytes of a stream that may wait for the end of their message: more is none that anybody sends."""

_OF_IPV4: Final = 8


def channel_data(message: bytes) -> tuple[int, bytes] | None:
    """The number of the channel and what it carries (section 12.4); None when the message is no whole ChannelData."""
    if len(message) < CHANNEL_HEADER or message[0] & 0xC0 != 0x40:
        return None
    length = int.from_bytes(message[2:CHANNEL_HEADER])
    carried = message[CHANNEL_HEADER : CHANNEL_HEADER + length]
    return (int.from_bytes(message[:2]), carried) if len(carried) == length else None


def peer_of(message: StunMessage) -> Address | None:
    """Whom a message is about; None when it says nobody, or somebody without an IPv4 address."""
    return _address(message, "XOR-PEER-ADDRESS")


def channel_of(message: StunMessage) -> int:
    """The number that a message binds; 0, which is no channel's, when it names none."""
    return int.from_bytes((message.get("CHANNEL-NUMBER") or b"")[:2])


def take_messages(unread: bytearray) -> Iterator[bytes]:
    """Every whole message at the front of what came over a stream, taken out of it: ChannelData is padded to four bytes
    there (section 12.5).
    """
    while len(unread) >= CHANNEL_HEADER:
        length = int.from_bytes(unread[2:CHANNEL_HEADER])
        size = CHANNEL_HEADER + length + -length % 4 if unread[0] & 0xC0 == 0x40 else stun.HEADER + length
        if len(unread) < size:
            return
        message = bytes(unread[:size])
        del unread[:size]
        yield message


class Carried(NamedTuple):
    """A datagram in a message, and the peer that it is for, or from."""

    peer: Address
    data: bytes


class Conversation:
    """What one client and its server say to each other, message by message in their order. Whoever listens changes
    nothing by it. `relayed`: the address that the server gave the client last, None before that.
    """

    def __init__(self) -> None:
        self.relayed: Address | None = None
        self._channels: dict[int, Address] = {}

    def heard(self, message: bytes, *, from_client: bool) -> Carried | None:
        """What this message carries. One that cannot be read carries nothing."""
        channel = channel_data(message)
        if channel is not None:
            number, data = channel
            peer = self._channels.get(number)
            return None if peer is None else Carried(peer, data)
        try:
            parsed = stun.parse(message)
            return self._asked(parsed) if from_client else self._answered(parsed)
        except ValueError:
            return None

    def _asked(self, message: StunMessage) -> Carried | None:
        peer = peer_of(message)
        if (message.method, message.klass) == (Method.CHANNEL_BIND, StunClass.REQUEST) and peer is not None:
            self._channels[channel_of(message)] = peer
        return _indicated(message, Method.SEND, peer)

    def _answered(self, message: StunMessage) -> Carried | None:
        if (message.method, message.klass) == (Method.ALLOCATE, StunClass.SUCCESS):
            self.relayed = _address(message, "XOR-RELAYED-ADDRESS") or self.relayed
        return _indicated(message, Method.DATA, peer_of(message))


def _indicated(message: StunMessage, method: Method, peer: Address | None) -> Carried | None:
    """What an indication carries (section 11)."""
    data = message.get("DATA") if (message.method, message.klass) == (method, StunClass.INDICATION) else None
    return None if data is None or peer is None else Carried(peer, data)


def _address(message: StunMessage, name: str) -> Address | None:
    value = message.get(name)
    return None if value is None or len(value) != _OF_IPV4 else stun.xor_address(value, message.transaction_id)
