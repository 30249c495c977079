"""IPv4 (RFC 791) and IPv6 (RFC 8200) headers of many packets at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..window import Ints
from .extension import behind_extensions
from .packets import Fragments, Packets, distinct, with_room
from .sheet import Layer, Sheet

TCP: Final = 6
UDP: Final = 17

_HEADER_4: Final = np.dtype(
    [
        ("version", "u1"), ("service", "u1"), ("total", ">u2"), ("identification", ">u2"), ("fragment", ">u2"),
        ("hops", "u1"), ("protocol", "u1"), ("checksum", ">u2"), ("addresses", "=u8"),
    ]
)  # fmt: skip
_HEADER_6: Final = np.dtype(
    [("version", "u1"), ("flow", "V3"), ("payload", ">u2"), ("next", "u1"), ("hops", "u1"), ("addresses", "=u8", (4,))]
)
_FRAGMENT_OFFSET: Final = 0x1FFF
_MORE_FRAGMENTS: Final = 0x2000

_NAMES: Final = {
    1: "ICMP", 2: "IGMP", 4: "IPv4 in IP", 41: "IPv6 in IP", 47: "GRE", 50: "ESP", 58: "ICMPv6", 59: "no next header",
    132: "SCTP", 136: "UDP-Lite",
}  # fmt: skip


def ipv4_packets(sheet: Sheet, packets: Packets) -> tuple[Packets, list[Fragments]]:
    """The IPv4 packets behind their headers; their options, if any, are part of the header. Checksums are not judged:
    a capture from a real interface has them unset where the hardware computes them."""
    packets = with_room(sheet, packets, _HEADER_4.itemsize, "a frame ends inside its IPv4 header")
    header = sheet.load(packets.at, _HEADER_4)
    size = 4 * (header["version"] & 0x0F).astype(np.int64)
    total = header["total"].astype(np.int64)
    # A host that leaves the cutting of large packets to its network card captures them with a length of zero.
    total = np.where(total == 0, packets.room, total)
    sound = (header["version"] >> 4 == 4) & (size >= _HEADER_4.itemsize) & (size <= packets.room) & (size <= total)
    if not sound.all():
        sheet.problem("a malformed IPv4 header", packets.only(~sound).frame)
        packets, header, size, total = packets.only(sound), header[sound], size[sound], total[sound]
    packets = replace(packets, addresses=header["addresses"].astype(np.uint64)[np.newaxis])
    packets = _as_long_as_it_says(sheet, packets, total)
    sheet.claim(Layer.NETWORK, packets.frame, size)
    packets = packets.behind(size, header["protocol"].astype(np.int64))
    fragment = header["fragment"].astype(np.int64)
    whole = fragment & (_FRAGMENT_OFFSET | _MORE_FRAGMENTS) == 0
    if whole.all():
        return behind_extensions(sheet, packets)
    fragment, identification = fragment[~whole], header["identification"][~whole].astype(np.int64)
    parts = Fragments(
        packets.only(~whole), identification, 8 * (fragment & _FRAGMENT_OFFSET), (fragment & _MORE_FRAGMENTS) != 0
    )
    found, none = behind_extensions(sheet, packets.only(whole))
    return found, [*none, parts]


def ipv6_packets(sheet: Sheet, packets: Packets) -> tuple[Packets, list[Fragments]]:
    """The IPv6 packets behind their headers and extension headers. Jumbo payloads (RFC 2675) are not read."""
    packets = with_room(sheet, packets, _HEADER_6.itemsize, "a frame ends inside its IPv6 header")
    header = sheet.load(packets.at, _HEADER_6)
    payload, following = header["payload"].astype(np.int64), header["next"].astype(np.int64)
    version, jumbo = header["version"] >> 4 == 6, (payload == 0) & (following == 0)
    sheet.problem("a malformed IPv6 header", packets.frame[~version])
    sheet.problem("an IPv6 jumbo payload is not read", packets.frame[version & jumbo])
    sound = version & ~jumbo
    packets, header, payload, following = packets.only(sound), header[sound], payload[sound], following[sound]
    # No payload at all leaves no room for these headers: as with IPv4, the length was left to the network card.
    unsaid = (payload == 0) & ((following == TCP) | (following == UDP))
    total = np.where(unsaid, packets.room, payload + _HEADER_6.itemsize)
    packets = replace(packets, addresses=header["addresses"].T.astype(np.uint64))
    packets = _as_long_as_it_says(sheet, packets, total)
    sheet.claim(Layer.NETWORK, packets.frame, _HEADER_6.itemsize)
    return behind_extensions(sheet, packets.behind(_HEADER_6.itemsize, following))


def _as_long_as_it_says(sheet: Sheet, packets: Packets, total: Ints) -> Packets:
    """The packets with the end that their header tells, given how many bytes they have from `at` on."""
    beyond = total - packets.room
    if not beyond.any():
        return packets
    missing = np.maximum(beyond, 0)
    sheet.claim(Layer.TRAILING, packets.frame, np.maximum(-beyond, 0))
    frames, places = sheet.frames, packets.frame
    on_wire = frames.offset[places] + frames.wire_length[places]
    too_long = (missing > 0) & (packets.at + total > on_wire)
    sheet.problem("an IP packet that is longer than its frame", places[too_long])
    return replace(packets, end=packets.end - np.maximum(-beyond, 0), missing=missing)


def unread_protocols(sheet: Sheet, packets: Packets) -> None:
    """Name the protocols of packets that are neither UDP nor TCP."""
    for protocol in distinct(packets.protocol):
        name = _NAMES.get(protocol, f"IP protocol {protocol}")
        sheet.skip(name, packets.frame[packets.protocol == protocol])
