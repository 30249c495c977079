"""What a Janus left in its folder: its recordings of each party, and what its administration captured at each.

A capture says by made-up addresses which of its packets its party sent, and which it was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from . import wire_rows
from .mjr import read_mjr

_PARTY: Final = "10.1.1.1:1000"
"""Where packets come from that a party sent (text2pcap.c of Janus)."""


class JanusFileKind(StrEnum):
    """By its plugin (.mjr), or by its Admin API (.pcap)."""

    RECORDING = "recording"
    CAPTURE = "capture"


class JanusPacket(NamedTuple):
    """In clear. `sent`: by the party that the file is named after; else it is what that party was sent."""

    time: float
    sent: bool
    data: bytes


class JanusFile(NamedTuple):
    """`party` as Janus knows it: the name of the file up to a dash."""

    path: Path
    kind: JanusFileKind
    party: str
    packets: tuple[JanusPacket, ...]


def janus_files(folder: Path) -> Iterator[JanusFile]:
    """Every file of media in order; none where there is no such folder. CaptureError for one that cannot be read."""
    for path in sorted(folder.glob("*.mjr")):
        packets = tuple(JanusPacket(time, True, data) for time, data in read_mjr(path).packets)
        yield JanusFile(path, JanusFileKind.RECORDING, path.stem.partition("-")[0], packets)
    for path in sorted(folder.glob("*.pcap")):
        rows = wire_rows.read(path).rows
        packets = tuple(JanusPacket(row.time, row.source == _PARTY, row.data) for row in rows)
        yield JanusFile(path, JanusFileKind.CAPTURE, path.stem, packets)
