"""What passed an interface, datagram by datagram, with what a TURN server carries taken out of its channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ..wire.demux import PacketClass
from .capture import open_capture
from .layers import Layers
from .window import NONE, Window

MOST: Final = 5_000_000
"""Datagrams of one capture that are looked at."""


_ICMP: Final = "ICMP"


class WireRow(NamedTuple):
    """One datagram. `source` and `destination` are texts like "127.1.2.3:4000".

    `carrier`: the two ends of what carries it when it lies in a message of TURN; None when it lies in a datagram of its
    own. `carries`: something lies in this one.
    """

    frame: int
    time: float
    source: str
    destination: str
    carrier: tuple[str, str] | None
    carries: bool
    klass: PacketClass
    data: bytes


@dataclass(frozen=True)
class WireRows:
    """`packets`: how many the file holds. `unread`: sentences about what is there and cannot be read as datagrams.
    `errors`: how many packets are ICMP, by which hosts say that they could not deliver (RFC 792).
    """

    packets: int
    rows: tuple[WireRow, ...]
    unread: tuple[str, ...]
    errors: int = 0


def read(path: Path) -> WireRows:
    """Every datagram, and every message that is framed in a stream, in order. CaptureError when it is no capture."""
    capture, layers = open_capture(path), Layers()
    rows: list[WireRow] = []
    for frames in capture.windows():
        rows += _rows(layers.window(frames))
    rest = layers.finish()
    if rest is not None:
        rows += _rows(rest)
    unread = [f"{problem.fault} at byte {problem.place}: {problem.sentence}" for problem in capture.problems]
    errors = sum(note.count for kind, note in layers.unread if kind == _ICMP)
    noted = [(kind, note) for kind, note in (*layers.problems, *layers.unread) if kind != _ICMP]
    unread += [f"{note.count} × {kind}, first in frame {note.frames[0]}" for kind, note in noted]
    if capture.cut_short:
        unread.append(f"{capture.cut_short} packets are there in part only")
    if len(rows) > MOST:
        unread.append(f"more than {MOST} datagrams")
    return WireRows(capture.packets, tuple(rows[:MOST]), tuple(unread), errors)


def _rows(window: Window) -> Iterator[WireRow]:
    names, legs = window.endpoints.names, window.legs.found
    for row in range(len(window)):
        outer = legs[int(window.leg[row])].outer
        carrier = None if outer == NONE else (names[legs[outer].near], names[legs[outer].far])
        yield WireRow(
            frame=int(window.frame[row]),
            time=float(window.time[row]),
            source=names[int(window.source[row])],
            destination=names[int(window.destination[row])],
            carrier=carrier,
            carries=bool(window.inner[row] != NONE),
            klass=PacketClass(int(window.klass[row])),
            data=window.payload(row),
        )
