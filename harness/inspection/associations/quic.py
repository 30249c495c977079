"""Names QUIC connections by their long headers, in rows that belong to no protocol of a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ...model.voice import counted
from ...vantage.gather import load
from ...vantage.window import Endpoints, Legs, Window
from ...wire import quic
from ...wire.demux import PacketClass
from .association import Association

MAX_LEGS: Final = 1024
MAX_PACKETS: Final = 64
"""Long headers that are read on one leg: they end with the handshake."""

_LONG_AND_FIXED_BIT: Final = 0xC0


@dataclass
class _Connection:
    """What a leg's long headers say. `types`: the packet types, and whether the near side sent them."""

    version: str
    client_is_near: bool
    first: int
    last: int = 0
    packets: int = 0
    types: set[tuple[str, bool]] = field(default_factory=set)


class QuicFollower:
    """Give it every window in order; then ask for `result`, and for `limits`, sentences on what was not read."""

    def __init__(self) -> None:
        self._legs: dict[int, _Connection] = {}
        self._unread = 0
        self._names: tuple[Endpoints, Legs] = (Endpoints(), Legs())

    def add(self, window: Window) -> None:
        self._names = (window.endpoints, window.legs)
        rows = window.rows(PacketClass.OTHER)
        rows = rows[load(window.data, window.offset[rows], "u1") >= _LONG_AND_FIXED_BIT]
        if not len(rows):
            return
        version = load(window.data, window.offset[rows] + 1, ">u4")
        known = np.isin(version, list(quic.VERSIONS)) | (version >> 8 == quic.DRAFTS)
        for row in rows[known].tolist():
            self._read(window, row)

    def result(self) -> tuple[Association, ...]:
        """One per leg on which a client opened a connection, in the order of their first frames."""
        return tuple(self._summary(leg, one) for leg, one in self._legs.items())

    def limits(self) -> tuple[str, ...]:
        return (f"{counted(self._unread, 'QUIC packet')} not read: on too many legs",) if self._unread else ()

    def _read(self, window: Window, row: int) -> None:
        leg, frame, near = int(window.leg[row]), int(window.frame[row]), bool(window.outward[row])
        connection = self._legs.get(leg)
        if connection is not None and connection.packets == MAX_PACKETS:
            connection.last = frame
            return
        try:
            header = quic.parse(window.payload(row))
        except ValueError:  # no QUIC after all: the row stays what the byte account says of it
            return
        if connection is None:
            if len(self._legs) == MAX_LEGS:
                self._unread += 1
                return
            connection = self._legs[leg] = _Connection(header.version, near, frame)
        connection.packets += 1
        connection.last = frame
        connection.types.add((header.type, near))

    def _summary(self, leg: int, one: _Connection) -> Association:
        endpoints, legs = self._names
        near, far = endpoints.names[legs.found[leg].near], endpoints.names[legs.found[leg].far]
        return Association(
            protocol="QUIC",
            version=one.version,
            leg=leg,
            place=f"{near} ↔ {far}",
            client=near if one.client_is_near else far,
            server=far if one.client_is_near else near,
            finished={("Handshake", True), ("Handshake", False)} <= one.types,
            first=one.first,
            last=one.last,
        )
