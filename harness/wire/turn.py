"""A TURN server, without its sockets (RFC 8656): bytes of clients in, answers and datagrams for peers out.

As much of it as clients of calls use: long-term credentials, allocations for UDP over IPv4, permissions, channels and
indications, over UDP or TCP. It is written for a server that is dishonest later on, so it is exact towards clients.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from struct import pack
from typing import Final

from . import stun
from .stun import Method, StunClass, StunMessage
from .stun_writer import error_code, written, xor_address
from .turn_message import Address, channel_data, channel_of, peer_of

REALM: Final = "harness"
LIFETIME: Final = 600
CHANNELS: Final = range(0x4000, 0x5000)
_UDP: Final = b"\x11\0\0\0"
_MOST_PEERS: Final = 64


@dataclass
class Allocation:
    """What one client has: the address that is relayed for it, whom it permitted, and its channels."""

    username: str
    relayed: Address
    permitted: set[str] = field(default_factory=set)
    channels: dict[int, Address] = field(default_factory=dict)
    over: bool = False

    def wrapped(self, peer: Address, data: bytes, padded: bool) -> bytes | None:
        """A datagram of the peer as it goes to the client; None when the client has not permitted it (section 9)."""
        if peer[0] not in self.permitted:
            return None
        number = next((number for number, bound in self.channels.items() if bound == peer), None)
        if number is None:
            attributes = [xor_address("XOR-PEER-ADDRESS", peer), ("DATA", data)]
            return written(Method.DATA, StunClass.INDICATION, secrets.token_bytes(12), attributes, None)
        return pack("!HH", number, len(data)) + data + bytes(-len(data) % 4 if padded else 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """Send this back to the client."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Onward:
    """The client wants this datagram to reach the peer."""

    peer: Address
    data: bytes


class TurnServer:
    """The server's side of every client. `passwords` by user name; `relay` opens one more relayed address (OSError)."""

    def __init__(self, passwords: Mapping[str, str], relay: Callable[[], Address]) -> None:
        self._keys = {name: long_term_key(name, password) for name, password in passwords.items()}
        self._relay = relay
        self._nonce = secrets.token_hex(16).encode()
        self.allocations: dict[Address, Allocation] = {}
        """By the address of the client."""

    def received(self, client: Address, data: bytes) -> Iterator[Answer | Onward]:
        """One message of a client. What is none is ignored, as RFC 8489 section 6.3 asks."""
        allocation = self.allocations.get(client)
        channel = channel_data(data)
        if channel is not None:
            peer = None if allocation is None else allocation.channels.get(channel[0])
            if peer is not None:
                yield Onward(peer, channel[1])
            return
        try:
            message = stun.parse(data)
            if (message.method, message.klass) == (Method.SEND, StunClass.INDICATION):
                yield from _sent(allocation, message)
            elif message.klass is StunClass.REQUEST:
                yield Answer(self._answer(client, message, data))
        except (ValueError, UnicodeDecodeError):
            return

    def of_relayed(self, relayed: Address) -> tuple[Address, Allocation] | None:
        """Whose relayed address this is: the client, and what it has."""
        return next(((one, own) for one, own in self.allocations.items() if own.relayed == relayed), None)

    def _answer(self, client: Address, message: StunMessage, data: bytes) -> bytes:
        if message.method == Method.BINDING:
            return _success(message, [xor_address("XOR-MAPPED-ADDRESS", client)], None)
        key = self._keys.get(message.username or "")
        if key is None or message.get("NONCE") != self._nonce or not stun.integrity_holds(data, key):
            asked = [("REALM", REALM.encode()), ("NONCE", self._nonce)]
            stale = key is not None and message.get("NONCE") not in (None, self._nonce)
            return _error(message, 438 if stale else 401, "Stale Nonce" if stale else "Unauthorized", None, asked)
        allocation = self.allocations.get(client)
        if message.method == Method.ALLOCATE:
            return self._allocate(client, message, key)
        if allocation is None:
            return _error(message, 437, "Allocation Mismatch", key)
        if allocation.username != message.username:
            return _error(message, 441, "Wrong Credentials", key)
        if message.method == Method.REFRESH:
            return self._refresh(client, message, key)
        if message.method == Method.CREATE_PERMISSION:
            return _permit(allocation, message, key)
        if message.method == Method.CHANNEL_BIND:
            return _bind(allocation, message, key)
        return _error(message, 400, "Bad Request", key)

    def _allocate(self, client: Address, message: StunMessage, key: bytes) -> bytes:
        if client in self.allocations:
            return _error(message, 437, "Allocation Mismatch", key)
        if message.get("REQUESTED-TRANSPORT") != _UDP:
            return _error(message, 442, "Unsupported Transport Protocol", key)
        try:
            relayed = self._relay()
        except OSError:
            return _error(message, 508, "Insufficient Capacity", key)
        self.allocations[client] = Allocation(message.username or "", relayed)
        attributes = [
            xor_address("XOR-RELAYED-ADDRESS", relayed),
            xor_address("XOR-MAPPED-ADDRESS", client),
            ("LIFETIME", LIFETIME.to_bytes(4)),
        ]
        return _success(message, attributes, key)

    def _refresh(self, client: Address, message: StunMessage, key: bytes) -> bytes:
        lifetime = min(int.from_bytes(message.get("LIFETIME") or LIFETIME.to_bytes(4)), LIFETIME)
        if lifetime == 0:
            self.allocations.pop(client).over = True
        return _success(message, [("LIFETIME", lifetime.to_bytes(4))], key)


def long_term_key(username: str, password: str) -> bytes:
    """The key of a long-term credential in REALM (RFC 8489 section 9.2.2)."""
    return hashlib.md5(f"{username}:{REALM}:{password}".encode(), usedforsecurity=False).digest()


def _sent(allocation: Allocation | None, message: StunMessage) -> Iterator[Onward]:
    peer, data = peer_of(message), message.get("DATA")
    if allocation is not None and peer is not None and data is not None and peer[0] in allocation.permitted:
        yield Onward(peer, data)


def _permit(allocation: Allocation, message: StunMessage, key: bytes) -> bytes:
    peer = peer_of(message)
    if peer is None:
        return _error(message, 400, "Bad Request", key)
    if len(allocation.permitted) >= _MOST_PEERS:
        return _error(message, 508, "Insufficient Capacity", key)
    allocation.permitted.add(peer[0])
    return _success(message, [], key)


def _bind(allocation: Allocation, message: StunMessage, key: bytes) -> bytes:
    """One number, one peer, and the other way round (section 12)."""
    number, peer = channel_of(message), peer_of(message)
    if peer is None or number not in CHANNELS or allocation.channels.get(number, peer) != peer:
        return _error(message, 400, "Bad Request", key)
    if any(bound == peer for other, bound in allocation.channels.items() if other != number):
        return _error(message, 400, "Bad Request", key)
    if len(allocation.channels) >= _MOST_PEERS and number not in allocation.channels:
        return _error(message, 508, "Insufficient Capacity", key)
    allocation.channels[number] = peer
    allocation.permitted.add(peer[0])
    return _success(message, [], key)


def _success(message: StunMessage, attributes: list[tuple[str, bytes]], key: bytes | None) -> bytes:
    return written(message.method, StunClass.SUCCESS, message.transaction_id, attributes, key)


def _error(
    message: StunMessage, code: int, reason: str, key: bytes | None, attributes: list[tuple[str, bytes]] | None = None
) -> bytes:
    said = [error_code(code, reason), *(attributes or [])]
    return written(message.method, StunClass.ERROR, message.transaction_id, said, key)
