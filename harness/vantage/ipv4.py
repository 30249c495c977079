"""Packets of captures that a tap of ours wrote: raw IPv4, each whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from .capture import CaptureError, open_capture

LINKTYPE_RAW: Final = 101
"""Packets begin with the IP header (registry of link-layer header types at tcpdump.org)."""


class Packet(NamedTuple):
    """An IPv4 packet of a capture: `place` is its byte in the file, `time` in seconds since 1970."""

    place: int
    time: float
    data: bytes


def frames(path: Path) -> Iterator[Packet]:
    """Every packet of a capture that a tap wrote. CaptureError for another link type, or for a packet of which only a
    part was kept.
    """
    for window in open_capture(path, strict=True).windows():
        data = window.data.data
        for place, time, start, length, wire, link in zip(
            window.place.tolist(), window.time.tolist(), window.offset.tolist(),
            window.length.tolist(), window.wire_length.tolist(), window.link.tolist(), strict=True,
        ):  # fmt: skip
            if length != wire:
                raise CaptureError(path, place, "shortened packet", f"{length} bytes were kept of {wire}")
            if link != LINKTYPE_RAW:
                fault = f"link type {link}"
                raise CaptureError(path, place, fault, f"only raw IP (link type {LINKTYPE_RAW}) can be read")
            yield Packet(place, time, bytes(data[start : start + length]))
