"""Media of one leg beside the dump of the endpoint next to it: is what went over the wire what that says, sealed?

A dump is an endpoint's own statement about the packets that its SRTP layer was given and gave back. It holds no key, so
it can prove no packet authentic. It shows for each packet on the wire that it has the header of a packet that the
endpoint meant, another payload, and the length of a tag more (RFC 3711 section 3.1): nothing left beside what it
sealed, and nothing left in clear. What the keys are, and who else has them, it cannot show.

The dumps of both ends together show more. A packet that arrives with the very bytes with which it left, and that the
other end opened to what was sealed, was opened under the key that sealed it: any other key fails the tag (RFC 3711
section 9.5: 2^-80, or 2^-32 of a short one). Whoever stands between and has a key with each end seals anew, and the
bytes differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from ..wire import rtp
from ..wire.demux import PacketClass, classify
from ..wire.rtp_dump import DumpedPacket
from ..wire.srtp import SrtpProfile
from .authenticity import MediaPacket

_INDEX_WORD: Final = 4
"""E flag and index of an SRTCP packet (RFC 3711 section 3.4)."""

_HARD_TO_GUESS: Final = 4
"""Bytes that do not stay the same by chance when they are encrypted."""

Name = tuple[PacketClass, bytes]
"""By what a packet is recognised, sealed or not."""


@dataclass(frozen=True)
class Sealed:
    """A packet as it was on the wire and as the endpoint has it in clear."""

    frame: int
    wire: bytes
    plain: bytes


@dataclass(frozen=True)
class Sealing:
    """One direction of a leg. The numbers are of frames.

    `untold`: on the wire and in no dump. `unlike`: not what sealing makes of the dumped packet. `clear`: its payload is
    on the wire as it is. `unseen` counts the dumped packets that were not on the wire.
    """

    sealed: tuple[Sealed, ...]
    untold: tuple[int, ...]
    unlike: tuple[int, ...]
    clear: tuple[int, ...]
    unseen: int


def sealing(
    packets: Iterable[MediaPacket], dumped: Iterable[DumpedPacket], profiles: Collection[SrtpProfile]
) -> Sealing:
    """Each packet of one direction with the dumped one that it comes from, each of which is used once, in order.

    `profiles`: those that the handshakes of the leg agreed on, one of which a packet is sealed under.

    First those that fit: a forgery with the number of a true packet may come before it.
    """
    waiting: defaultdict[Name, list[bytes]] = defaultdict(list)
    for one in dumped:
        waiting[name_of(one.data)].append(one.data)
    sealed: list[Sealed] = []
    untold: list[int] = []
    unlike: list[int] = []
    clear: list[int] = []
    others: list[MediaPacket] = []
    for packet in packets:
        told = waiting[name_of(packet.data)]
        fitting = next((plain for plain in told if _sealed(packet.data, plain, profiles)), None)
        if fitting is None:
            others.append(packet)
        else:
            told.remove(fitting)
            sealed.append(Sealed(packet.frame, packet.data, fitting))
    for packet in others:
        told = waiting[name_of(packet.data)]
        if not told:
            untold.append(packet.frame)
        else:
            (clear if _in_clear(packet.data, told.pop(0)) else unlike).append(packet.frame)
    unseen = sum(len(one) for one in waiting.values())
    return Sealing(tuple(sealed), tuple(untold), tuple(unlike), tuple(clear), unseen)


def name_of(data: bytes) -> Name:
    """SSRC and sequence number; of RTCP the header that stays."""
    klass = classify(data)
    if klass is PacketClass.SRTP:
        return klass, data[8:12] + data[2:4]
    return klass, data[: rtp.RTCP_HEADER]


def _header(plain: bytes) -> int:
    """Bytes that SRTP leaves as they are. ValueError for what is no RTP."""
    return rtp.RTCP_HEADER if classify(plain) is PacketClass.SRTCP else rtp.parse(plain).header_length


def _in_clear(wire: bytes, plain: bytes) -> bool:
    """Whether the payload is on the wire as it is; one too short to tell anything is not."""
    try:
        header = _header(plain)
    except ValueError:
        return wire[: len(plain)] == plain
    return len(plain) >= header + _HARD_TO_GUESS and wire[header : len(plain)] == plain[header:]


def _sealed(wire: bytes, plain: bytes, profiles: Iterable[SrtpProfile]) -> bool:
    try:
        header = _header(plain)
    except ValueError:
        return False
    rtcp = classify(plain) is PacketClass.SRTCP
    tails = {_INDEX_WORD + one.rtcp_tag if rtcp else one.rtp_tag for one in profiles}
    return len(wire) - len(plain) in tails and wire[:header] == plain[:header] and not _in_clear(wire, plain)
