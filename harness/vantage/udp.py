"""UDP datagrams of captures of our own making. Taps see payloads; a capture holds whole packets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..wire.udp import Location, locate, pack
from .capture import CaptureError
from .ipv4 import Packet, frames

__all__ = ["Location", "datagrams", "locate", "pack"]


def datagrams(path: Path) -> Iterator[tuple[Packet, Location]]:
    """Every packet of a capture of UDP over IPv4; CaptureError for one that is not a whole UDP datagram.

    This is for captures of our own making: a damaged file is an error too. One cut exactly between two packets is
    sound: compare their number with what the tap counted.
    """
    for one in frames(path):
        try:
            yield one, locate(one.data)
        except ValueError as error:
            raise CaptureError(path, one.place, "no UDP datagram", str(error)) from error
