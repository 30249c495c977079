"""Extension headers between the IP header and what it carries (RFC 8200 section 4, RFC 4302)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..window import Flags
from .packets import Fragments, Packets, in_order
from .sheet import Layer, Sheet

AUTHENTICATION: Final = 51
FRAGMENT: Final = 44

MOST_HEADERS: Final = 16
"""Extension headers that are read of one packet."""

_OPTIONS_AND_ROUTING: Final = (0, 43, 60)
"""Hop-by-hop options, routing, destination options: all of one shape."""

_EXTENSIONS: Final = {4: (AUTHENTICATION,), 6: (*_OPTIONS_AND_ROUTING, FRAGMENT, AUTHENTICATION)}
"""By version of IP; to IPv4 the others are protocols like any."""

_HEADER: Final = np.dtype([("next", "u1"), ("size", "u1"), ("fragment", ">u2"), ("identification", ">u4")])


def behind_extensions(sheet: Sheet, packets: Packets) -> tuple[Packets, list[Fragments]]:
    """The packets behind all extension headers, and those that are fragments, behind their fragment header."""
    found: list[Packets] = []
    fragments: list[Fragments] = []
    for _ in range(MOST_HEADERS):
        extended = _is_extension(packets)
        if not extended.any():
            return in_order([*found, packets]), fragments
        found.append(packets.only(~extended))
        packets, parts = _behind_one(sheet, packets.only(extended))
        fragments += parts
    extended = _is_extension(packets)
    sheet.problem(f"more than {MOST_HEADERS} extension headers", packets.frame[extended])
    return in_order([*found, packets.only(~extended)]), fragments


def size_of_extension(protocol: int, units: int) -> int:
    """The size in bytes of a header that says `units` in its second byte."""
    if protocol == FRAGMENT:
        return 8
    return 4 * (units + 2) if protocol == AUTHENTICATION else 8 * (units + 1)


def extensions(version: int) -> tuple[int, ...]:
    """The protocols that are extension headers in this version of IP."""
    return _EXTENSIONS[version]


def _is_extension(packets: Packets) -> Flags:
    found = np.zeros(len(packets), bool)
    for one in extensions(packets.version):
        found |= packets.protocol == one
    return found


def _behind_one(sheet: Sheet, packets: Packets) -> tuple[Packets, list[Fragments]]:
    header = sheet.load(packets.at, _HEADER)
    units = header["size"].astype(np.int64)
    size = np.select(
        [packets.protocol == FRAGMENT, packets.protocol == AUTHENTICATION], [8, 4 * (units + 2)], 8 * (units + 1)
    )
    fits = (packets.room >= 8) & (size <= packets.room)
    sheet.problem("a packet ends inside an extension header", packets.frame[~fits])
    packets, header, size = packets.only(fits), header[fits], size[fits]
    sheet.claim(Layer.NETWORK, packets.frame, size)
    # Offset zero and nothing to follow: an atomic fragment is a whole packet (RFC 6946).
    field = header["fragment"].astype(np.int64)
    part = (packets.protocol == FRAGMENT) & (field & 0xFFF9 != 0)
    packets = packets.behind(size, header["next"].astype(np.int64))
    if not part.any():
        return packets, []
    identification = header["identification"][part].astype(np.int64)
    parts = Fragments(packets.only(part), identification, field[part] & 0xFFF8, (field[part] & 1) != 0)
    return packets.only(~part), [parts]
