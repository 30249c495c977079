"""Link layers: where the network packet of a frame begins, and of which protocol it is.

Link types and their headers: tcpdump.org/linktypes.html. Protocols of the next layer are EtherTypes (IEEE 802 numbers).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from ..window import Direction, Flags, Ints
from .packets import Packets, distinct, in_order
from .sheet import Layer, Sheet

IPV4: Final = 0x0800
IPV6: Final = 0x86DD

_VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100)
"""IEEE 802.1Q, 802.1ad, and what was used for two tags before 802.1ad."""

_MOST_TAGS: Final = 8
_ETHERTYPES: Final = 0x0600
"""A smaller number is the length of an IEEE 802.3 frame."""

_ADDRESS_FAMILIES: Final = {2: IPV4, 10: IPV6, 23: IPV6, 24: IPV6, 26: IPV6, 28: IPV6, 30: IPV6}
"""AF_INET, and AF_INET6 of Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, Darwin."""

_SENT: Final = 4
_OF_OTHERS: Final = 3

_NAMES: Final = {
    **dict.fromkeys(_VLAN_TAGS, "VLAN tags that are too many or cut off"),
    0x0806: "ARP", 0x8035: "RARP", 0x8847: "MPLS", 0x8863: "PPPoE discovery", 0x8864: "PPPoE", 0x888E: "EAPOL",
    0x8809: "LACP", 0x88CC: "LLDP", 0x88E5: "MACsec",
}  # fmt: skip


def network_packets(sheet: Sheet) -> Packets:
    """What every frame carries; frames of other link types, and those too short for their header, are left out."""
    frames = sheet.frames
    everything = Packets(
        frame=np.arange(len(frames)),
        at=frames.offset,
        end=frames.offset + frames.length,
        missing=np.zeros(len(frames), np.int64),
        protocol=frames.link.astype(np.int64),
        addresses=np.zeros((0, len(frames)), np.uint64),
    )
    parts = [_of_link_type(sheet, everything.only(frames.link == link), link) for link in distinct(frames.link)]
    return in_order(parts) if parts else everything


def _of_link_type(sheet: Sheet, packets: Packets, link: int) -> Packets:
    if link not in _READERS:
        sheet.problem(f"link type {link} is not read", packets.frame)
        return packets.only(np.zeros(len(packets), bool))
    size, read = _READERS[link]
    whole = packets.room >= size
    if not whole.all():
        sheet.problem("a frame ends inside its link header", packets.only(~whole).frame)
        packets = packets.only(whole)
    sheet.claim(Layer.LINK, packets.frame, size)
    return _without_tags(sheet, packets.behind(size, read(sheet, packets)))


def _ethernet(sheet: Sheet, packets: Packets) -> Ints:
    return sheet.load(packets.at + 12, ">u2").astype(np.int64)


def _cooked(sheet: Sheet, packets: Packets) -> Ints:
    _tell_direction(sheet, packets.frame, sheet.load(packets.at, ">u2").astype(np.int64))
    return sheet.load(packets.at + 14, ">u2").astype(np.int64)


def _cooked_2(sheet: Sheet, packets: Packets) -> Ints:
    _tell_direction(sheet, packets.frame, sheet.load(packets.at + 10, "u1").astype(np.int64))
    return sheet.load(packets.at, ">u2").astype(np.int64)


def _raw(sheet: Sheet, packets: Packets) -> Ints:
    version = sheet.load(packets.at, "u1") >> 4
    return np.select([packets.room == 0, version == 4, version == 6], [-1, IPV4, IPV6], default=-1)


def _loopback(sheet: Sheet, packets: Packets) -> Ints:
    """Loopback frames begin with an address family in the byte order of the host that captured, which is not told."""
    family = sheet.load(packets.at, "<u4")
    family = np.where(family > 0xFFFF, family.byteswap(), family)
    found = np.full(len(packets), -1, np.int64)
    for number, protocol in _ADDRESS_FAMILIES.items():
        found[family == number] = protocol
    return found


def _always(protocol: int) -> Callable[[Sheet, Packets], Ints]:
    return lambda _, packets: np.full(len(packets), protocol, np.int64)


_READERS: Final[dict[int, tuple[int, Callable[[Sheet, Packets], Ints]]]] = {
    0: (4, _loopback),
    108: (4, _loopback),
    1: (14, _ethernet),
    12: (0, _raw),
    14: (0, _raw),
    101: (0, _raw),
    113: (16, _cooked),
    276: (20, _cooked_2),
    228: (0, _always(IPV4)),
    229: (0, _always(IPV6)),
}
"""By link type: the size of its header, and what reads the protocol from it."""


def _tell_direction(sheet: Sheet, places: Ints, packet_type: Ints) -> None:
    told = np.where(packet_type == _SENT, Direction.OUTBOUND, Direction.INBOUND)
    told[packet_type == _OF_OTHERS] = Direction.UNKNOWN
    direction = sheet.direction.copy()
    unknown = direction[places] == Direction.UNKNOWN
    direction[places[unknown]] = told[unknown]
    sheet.direction = direction


def _without_tags(sheet: Sheet, packets: Packets) -> Packets:
    """The packets behind their VLAN tags: two bytes each, and then the type of what comes next."""
    for _ in range(_MOST_TAGS):
        tagged = _is_tag(packets.protocol) & (packets.room >= 4)
        if not tagged.any():
            break
        sheet.claim(Layer.LINK, packets.frame, 4 * tagged)
        behind = sheet.load(packets.at + 2, ">u2")
        packets = packets.behind(4 * tagged, np.where(tagged, behind, packets.protocol))
    return packets


def _is_tag(protocol: Ints) -> Flags:
    first, *others = _VLAN_TAGS
    found: Flags = protocol == first
    for other in others:
        found |= protocol == other
    return found


def unread_ethertypes(sheet: Sheet, packets: Packets) -> None:
    """Name the protocols of packets that are neither IPv4 nor IPv6."""
    for protocol in distinct(packets.protocol):
        sheet.skip(_protocol_name(protocol), packets.frame[packets.protocol == protocol])


def _protocol_name(protocol: int) -> str:
    if protocol < 0:
        return "no IP version"
    if protocol < _ETHERTYPES:
        return "IEEE 802.3"
    return _NAMES.get(protocol, f"EtherType 0x{protocol:04x}")
