"""One packet of a leg, and what it says by itself, without a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..wire import rtp, stun
from ..wire.demux import PacketClass
from ..wire.dtls import records
from .authenticity import MediaPacket

MEDIA: Final = (PacketClass.SRTP, PacketClass.SRTCP)

_OFTEN: Final = 12
_OFTEN_PER_PACKET: Final = 3 / 256
"""How often one first payload byte must come back among n: 12 + 3n/256 times. By chance some byte of the 256 does that
in fewer than 1 of 10^8 streams of any length (binomial tail, computed for 12 to 20,000 packets)."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """One packet of a leg: `frame` counts from 1 as Wireshark does.

    `pair` stands for its two addresses, `far` for the one that is not the party's: places in the table's addresses.
    """

    frame: int
    time: float
    outward: bool
    klass: PacketClass
    pair: frozenset[int]
    far: int
    data: bytes


def protected(data: bytes) -> bool:
    """Whether a datagram holds a record under keys."""
    try:
        return any(record.encrypted for record in records(data))
    except ValueError:
        return False


def explained(datagram: Datagram) -> bool:
    """A TURN channel or ZRTP is unexplained too: nothing here looks into it."""
    try:
        if datagram.klass is PacketClass.STUN:
            stun.parse(datagram.data)
        elif datagram.klass is PacketClass.DTLS:
            records(datagram.data)
    except ValueError:
        return False
    return datagram.klass in (PacketClass.STUN, PacketClass.DTLS, *MEDIA)


def constant_payloads(packets: tuple[MediaPacket, ...]) -> Iterator[str]:
    """Opus and VP8 begin most payloads with the same byte; ciphertext begins each with a random one."""
    first_bytes: dict[int, Counter[int]] = {}
    for packet in packets:
        if packet.klass is PacketClass.SRTP and (found := _first_payload_byte(packet.data)) is not None:
            ssrc, byte = found
            first_bytes.setdefault(ssrc, Counter())[byte] += 1
    for ssrc, counter in first_bytes.items():
        (byte, most), total = counter.most_common(1)[0], counter.total()
        if most >= _OFTEN + _OFTEN_PER_PACKET * total:
            yield f"{most} of {total} payloads of SSRC 0x{ssrc:08x} begin with 0x{byte:02x}, which no cipher would make"


def _first_payload_byte(data: bytes) -> tuple[int, int] | None:
    try:
        header = rtp.parse(data)
    except ValueError:
        return None
    return (header.ssrc, data[header.header_length]) if len(data) > header.header_length else None
