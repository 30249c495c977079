"""One window of a capture as columns: what the reader hands up (`Frames`), what the layers make of it (`Window`).

A capture of any size is read window by window: memory is bounded by the window, not by the file. No object is made per
packet: a column is a numpy array with one element per frame or per row.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..wire.demux import PacketClass

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Flags = NDArray[np.bool_]

NONE: Final = -1
"""In a column of places: there is no such thing."""


class Transport(IntEnum):
    """What carried a row."""

    UDP = 17
    TCP = 6


class Direction(IntEnum):
    """What the capture itself says of a frame: the host that captured received or sent it, or nothing is known."""

    UNKNOWN = 0
    INBOUND = 1
    OUTBOUND = 2


def _check_columns(columns: object, names: tuple[str, ...]) -> None:
    arrays = [getattr(columns, name) for name in names]
    if len({len(column) for column in arrays}) > 1:
        raise ValueError("the columns of a window differ in length")
    for column in arrays:
        column.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Frames:
    """Captured frames, one element each, in the order of the file.

    `first`: number of the first frame of this window; Wireshark counts from 1. `offset`, `length`: where in `data` the
    captured bytes lie; `wire_length`: what the frame had on the wire. `time`: seconds since 1970, not-a-number when the
    file tells none. `link`: LINKTYPE of its interface; `interface`: which one, counted over the whole file.
    `direction`: a Direction. `place`: byte of the (uncompressed) file where the captured bytes begin.
    """

    data: Bytes
    first: int
    offset: Ints
    length: Ints
    wire_length: Ints
    time: NDArray[np.float64]
    link: Small
    interface: Small
    direction: NDArray[np.uint8]
    place: Ints

    def __post_init__(self) -> None:
        _check_columns(self, ("offset", "length", "wire_length", "time", "link", "interface", "direction", "place"))

    def __len__(self) -> int:
        return len(self.offset)


@dataclass(frozen=True, eq=False)
class FrameBytes:
    """How many captured bytes of each frame belong to which layer; the six add up to `Frames.length`.

    `message` was handed up as rows, or waits for the rest of a datagram or stream. `trailing` lies behind the network
    packet (Ethernet's padding). `repeated` is the second copy of what was handed up already (an overlapping fragment, a
    retransmitted segment). `unknown` is of no protocol that we read. `leg` is the leg the frame counts for, or NONE.
    """

    link: Ints
    network: Ints
    transport: Ints
    message: Ints
    trailing: Ints
    repeated: Ints
    unknown: Ints
    leg: Small

    def __post_init__(self) -> None:
        _check_columns(self, tuple(one.name for one in fields(self)))


@dataclass
class Endpoints:
    """Numbers for everything that has an address, in the order of their first appearance over a whole capture.

    A name is "192.0.2.1:5000", "[2001:db8::1]:5000", or the like with what a TURN server relays behind it.
    """

    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Leg:
    """Two endpoints that exchange datagrams: `near` is the one whose row came first, unless the user said who is near.

    `outer` is the leg that carries this one through a TURN server, NONE for a leg that is not carried.
    """

    near: int
    far: int
    transport: Transport
    outer: int = NONE


@dataclass
class Legs:
    """Every leg of a capture, in the order of their first row. A row's `leg` is a place in this list."""

    found: list[Leg] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Window:
    """One row per datagram or framed message, in order of `frame`, then of `depth`.

    `data` is the window's bytes, then what had to be put together. `offset`, `length`: where in `data` a row's message
    lies. `frame`: the frame that carried it, or completed it. `source`, `destination`: places in `endpoints`. `leg`: a
    place in `legs`; `outward`: its near end sent it. `depth`: 0 for what lies directly in UDP or TCP, 1 for what a TURN
    message carries, and so on; `inner`: the row of what this row carries, or NONE. `framing`: bytes in front of the
    message that frame it (2 for RFC 4571). `missing`: bytes that the capture cut off. `klass`: a PacketClass.
    `place`: byte of the file where the message begins, NONE when it had to be put together.
    """

    frames: Frames
    frame_bytes: FrameBytes
    data: Bytes
    endpoints: Endpoints
    legs: Legs
    frame: Ints
    time: NDArray[np.float64]
    source: Small
    destination: Small
    leg: Small
    outward: Flags
    transport: NDArray[np.uint8]
    depth: NDArray[np.uint8]
    inner: Ints
    offset: Ints
    length: Ints
    framing: Ints
    missing: Ints
    klass: NDArray[np.uint8]
    place: Ints

    def __post_init__(self) -> None:
        not_rows = ("frames", "frame_bytes", "data", "endpoints", "legs")
        _check_columns(self, tuple(one.name for one in fields(self) if one.name not in not_rows))

    def __len__(self) -> int:
        return len(self.frame)

    def payload(self, row: int) -> bytes:
        """The message of a row; IndexError when there is no such row."""
        start = int(self.offset[row])
        return self.data[start : start + int(self.length[row])].tobytes()

    def rows(self, *classes: PacketClass) -> NDArray[np.intp]:
        """The rows of these classes, in order."""
        wanted = self.klass == classes[0]
        for klass in classes[1:]:
            wanted |= self.klass == klass
        return np.flatnonzero(wanted)
