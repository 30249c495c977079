"""A bounded sample of one stream's ciphertext."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.window import Bytes

FIRST_BYTES: Final = 64 << 10
LATER_BYTES: Final = 2 << 10
MOST_BYTES: Final = 96 << 10
"""Kept of one stream: its first 64 KiB, then 2 KiB now and then, up to 96 KiB."""
MOST_LOOKS: Final = 4_096
"""Packets looked at in one go: those of some streams hold next to nothing, or are copies of each other."""


@dataclass(frozen=True, eq=False)
class Ciphertext:
    """Packets of one stream in the order of the capture, none twice; `lengths`: what each had on the wire."""

    packets: tuple[Bytes, ...]
    lengths: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes in all packets."""
        return sum(len(packet) for packet in self.packets)


class Sample:
    """Collects packets until it has enough for now.

    Second copies are left out: a packet captured twice, or sent again by somebody on the way, has the same number and
    the same bytes, and would look like a cipher that repeats itself.
    """

    def __init__(self) -> None:
        self._packets: dict[tuple[int, bytes], int] = {}
        self._size = 0
        self._due = FIRST_BYTES
        self._looks = 0

    @property
    def full(self) -> bool:
        """It takes no more, ever."""
        return self._size >= MOST_BYTES

    def take(self, number: int, ciphertext: bytes, length: int) -> bool:
        """Keep a packet with its sequence number and its length on the wire; true when that is enough for now."""
        self._looks += 1
        if ciphertext and (number, ciphertext) not in self._packets:
            self._packets[number, ciphertext] = length
            self._size += len(ciphertext)
        if self._size < min(self._due, MOST_BYTES) and self._looks < MOST_LOOKS:
            return False
        self._looks = 0
        self._due = max(self._due, self._size + LATER_BYTES)
        return True

    def ciphertext(self) -> Ciphertext:
        """Everything that was kept."""
        packets = tuple(np.frombuffer(data, np.uint8) for _, data in self._packets)
        return Ciphertext(packets, tuple(self._packets.values()))
