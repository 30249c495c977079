"""Handshake messages, put together from their fragments (RFC 6347 section 4.2.2 and 4.2.3).

An observer cannot know which of two contradicting fragments the receiver believed. So nothing is overwritten: fragments
that agree are put together, one that contradicts begins another assembly, and every message that completes is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from struct import unpack_from
from typing import Final

from .record import ContentType, Record, iter_records

MAX_MESSAGE: Final = 65536
"""Bytes of the longest handshake message that is put together."""

MAX_ASSEMBLIES: Final = 64
"""Messages that are remembered, complete or not: enough for the flights of several handshakes."""

_FRAGMENT_HEADER: Final = 12


class HandshakeType(IntEnum):
    """IANA registry "TLS HandshakeType", as far as it is seen in clear in DTLS."""

    HELLO_REQUEST = 0
    CLIENT_HELLO = 1
    SERVER_HELLO = 2
    HELLO_VERIFY_REQUEST = 3
    NEW_SESSION_TICKET = 4
    CERTIFICATE = 11
    SERVER_KEY_EXCHANGE = 12
    CERTIFICATE_REQUEST = 13
    SERVER_HELLO_DONE = 14
    CERTIFICATE_VERIFY = 15
    CLIENT_KEY_EXCHANGE = 16
    FINISHED = 20
    CERTIFICATE_STATUS = 22


@dataclass(frozen=True, slots=True)
class HandshakeMessage:
    """A complete message. `type` is a number that need not be in HandshakeType; `body` has no header."""

    type: int
    message_seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Fragment:
    type: int
    length: int
    message_seq: int
    offset: int
    body: bytes


class _Assembly:
    """One message on its way to completion. A byte of `_mask` is 255 where the byte of `_body` is known."""

    def __init__(self, fragment: _Fragment) -> None:
        self.type = fragment.type
        self._key = (fragment.type, fragment.length, fragment.message_seq)
        self._body = bytearray(fragment.length)
        self._mask = bytearray(fragment.length)
        self.held = 2 * fragment.length
        self.complete = False

    def agrees(self, fragment: _Fragment) -> bool:
        if self._key != (fragment.type, fragment.length, fragment.message_seq):
            return False
        part = slice(fragment.offset, fragment.offset + len(fragment.body))
        known = int.from_bytes(self._body[part], "big")
        mask = int.from_bytes(self._mask[part], "big")
        return (known ^ int.from_bytes(fragment.body, "big")) & mask == 0

    def overlaps(self, fragment: _Fragment) -> bool:
        """Whether a part of the fragment is known, as long as something of the message is not. A complete message
        that comes again is a retransmission."""
        part = slice(fragment.offset, fragment.offset + len(fragment.body))
        return not self.complete and self._key[2] == fragment.message_seq and any(self._mask[part])

    def add(self, fragment: _Fragment) -> HandshakeMessage | None:
        """The message, when this fragment was the one that was missing."""
        if self.complete:
            return None
        part = slice(fragment.offset, fragment.offset + len(fragment.body))
        self._body[part] = fragment.body
        self._mask[part] = b"\xff" * len(fragment.body)
        self.complete = 0 not in self._mask
        return HandshakeMessage(fragment.type, fragment.message_seq, bytes(self._body)) if self.complete else None


class HandshakeReader:
    """Reads the handshake messages that one side sends in clear.

    Retransmissions are reported once. Malformed input never raises: each fault goes to `note`, or without one to the
    list `problems`, and what came before it in the datagram still counts. `overlapped`: fragments were not disjoint.
    Memory is bounded by MAX_ASSEMBLIES messages of MAX_MESSAGE bytes.
    """

    def __init__(self, note: Callable[[str], None] | None = None) -> None:
        self.problems: list[str] = []
        self.overlapped = False
        self._note = note or self.problems.append
        self._assemblies: list[_Assembly] = []

    def restart(self) -> None:
        """Another handshake begins. Its messages have the old numbers and may well be equal, as a certificate that is
        shown again; only a ClientHello, whose random is new, is still known for a retransmission."""
        self._assemblies = [
            old for old in self._assemblies if not old.complete or old.type == HandshakeType.CLIENT_HELLO
        ]

    @property
    def held(self) -> int:
        """Bytes of memory that the messages take, complete or not."""
        return sum(assembly.held for assembly in self._assemblies)

    def forget(self) -> None:
        """Give the memory back: unfinished messages are lost, which is noted; complete ones may be reported again."""
        unfinished = sum(not assembly.complete for assembly in self._assemblies)
        self._assemblies.clear()
        if unfinished:
            self._note(f"{unfinished} unfinished handshake messages were given up to stay within the memory")

    def feed(self, datagram: bytes) -> tuple[HandshakeMessage, ...]:
        """The messages that this datagram completes, in the order in which they become complete."""
        messages: list[HandshakeMessage] = []
        try:
            for record in iter_records(datagram):
                messages.extend(self.read(record))
        except ValueError as fault:
            self._note(str(fault))
        return tuple(messages)

    def read(self, record: Record) -> tuple[HandshakeMessage, ...]:
        """The messages that one record completes; none when it is encrypted or carries something else."""
        if record.encrypted or record.content_type is not ContentType.HANDSHAKE:
            return ()
        messages: list[HandshakeMessage] = []
        try:
            for fragment in _fragments(record.fragment):
                self.overlapped |= any(one.overlaps(fragment) for one in self._assemblies)
                message = self._assembly(fragment).add(fragment)
                if message is not None:
                    messages.append(message)
        except ValueError as fault:
            self._note(str(fault))
        return tuple(messages)

    def _assembly(self, fragment: _Fragment) -> _Assembly:
        for assembly in self._assemblies:
            if assembly.agrees(fragment):
                return assembly
        if len(self._assemblies) == MAX_ASSEMBLIES and not self._assemblies.pop(0).complete:
            self._note(f"more than {MAX_ASSEMBLIES} handshake messages: an unfinished one was given up")
        self._assemblies.append(_Assembly(fragment))
        return self._assemblies[-1]


def _fragments(data: bytes) -> Iterator[_Fragment]:
    """Every handshake fragment of a record; ValueError at the first that is malformed."""
    at = 0
    while at < len(data):
        if len(data) < at + _FRAGMENT_HEADER:
            raise ValueError(f"handshake fragment at byte {at} is cut off in its header")
        kind, length_high, length_low, message_seq = unpack_from("!BBHH", data, at)
        length = length_high << 16 | length_low
        offset = int.from_bytes(data[at + 6 : at + 9], "big")
        size = int.from_bytes(data[at + 9 : at + 12], "big")
        if length > MAX_MESSAGE:
            raise ValueError(f"handshake message at byte {at} says {length} bytes, more than {MAX_MESSAGE}")
        if offset + size > length:
            raise ValueError(f"handshake fragment at byte {at} reaches behind the end of its message")
        at += _FRAGMENT_HEADER
        if len(data) < at + size:
            raise ValueError(f"handshake fragment at byte {at - _FRAGMENT_HEADER} is cut off in its body")
        yield _Fragment(kind, length, message_seq, offset, data[at : at + size])
        at += size
