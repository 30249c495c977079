"""Datagrams that begin like a protocol of a call and break its rules: a parser must drop them and live on."""

from __future__ import annotations

import struct
from random import Random
from typing import Final

from ..model.adversary import Malformation
from ..model.base import Party
from . import craft
from .machine import Event
from .rtp_streams import RtpStreams

_OVERSIZE: Final = 1600
"""More than an Ethernet frame holds, and than most SRTP implementations reserve."""


class MalformedMedia:
    """One kind of malformation, in its variants one after the other."""

    def __init__(self, kind: Malformation, streams: RtpStreams) -> None:
        self._kind = kind
        self._streams = streams

    def see(self, event: Event) -> None:
        self._streams.see(event)

    def packet(self, to: Party, number: int) -> bytes | None:
        streams = self._streams.of(to.peer)
        ssrc = streams[0].ssrc if streams else 0
        variants = malformed(self._kind, ssrc, self._streams.random)
        return variants[number % len(variants)]


def malformed(kind: Malformation, ssrc: int, random: Random) -> tuple[bytes, ...]:
    """Every variant of one kind; `ssrc` is that of a stream which the receiver knows."""
    match kind:
        case Malformation.EMPTY:
            return (b"",)
        case Malformation.OVERSIZE:
            return (craft.rtp(96, 1, 1, ssrc, random.randbytes(_OVERSIZE)),)
        case Malformation.RTP:
            return _rtp(ssrc, random)
        case Malformation.RTCP:
            return _rtcp(ssrc, random)
        case Malformation.STUN:
            return _stun(random)
        case Malformation.SCTP:
            return _sctp(random)


def _rtp(ssrc: int, random: Random) -> tuple[bytes, ...]:
    fixed = struct.pack("!HII", 1, 1, ssrc)
    return (
        b"\x80",
        b"\x80\x60" + fixed[:6],  # ends inside its header
        b"\x8f\x60" + fixed + bytes(8),  # fifteen contributing sources, of which two are there
        b"\x90\x60" + fixed + b"\xbe\xde\xff\xff" + random.randbytes(20),  # an extension longer than its packet
        b"\xa0\x60" + fixed + random.randbytes(20) + b"\xff",  # more padding than packet
        b"\x80\x60" + fixed,  # nothing behind the header, not even a tag
    )


def _rtcp(ssrc: int, random: Random) -> tuple[bytes, ...]:
    source = ssrc.to_bytes(4, "big")
    return (
        b"\x80\xc8",
        b"\x80\xc8\xff\xff" + source + random.randbytes(20),  # says 262,144 bytes
        b"\x9f\xc9\x00\x01" + source,  # thirty-one report blocks, of which none is there
        b"\x81\xcb\x00\x00" + source,  # a BYE that ends before its source
        b"\x80\xc8\x00\x06" + source,  # a sender report without anything to report, no index, no tag
    )


def _stun(random: Random) -> tuple[bytes, ...]:
    transaction = random.randbytes(12)
    head = struct.pack("!I", 0x2112A442) + transaction
    return (
        b"\x00\x01\x00\x00",
        b"\x00\x01\xff\xfc" + head,  # attributes of 65,532 bytes that are not there
        b"\x00\x01\x00\x08" + head + b"\x00\x06\xff\xff" + bytes(4),  # an attribute longer than its message
        b"\x00\x01\x00\x03" + head + bytes(3),  # a length that is no multiple of four
        craft.stun(1, transaction, ((0x24, b"\x01"), (0x802A, b"\x01"))),  # numbers of the wrong size
        craft.stun(1, transaction, ((6, b"\xff\xfe\xff"), (8, bytes(20)))),  # a user name that is no UTF-8
    )


def _sctp(random: Random) -> tuple[bytes, ...]:
    """SCTP without DTLS around it, ports 5000 (RFC 8261 section 5): nothing of it may be read outside DTLS."""
    common = struct.pack("!HHII", 5000, 5000, 0, 0)
    return (
        common,
        common + b"\x01\x00\xff\xff" + random.randbytes(16),  # an INIT that is longer than its packet
        common + b"\x01\x00\x00\x00",  # a chunk of no length, which some parsers read for ever
    )
