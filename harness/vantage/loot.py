"""What an adversary wrote down, as a capture: any tool can open it, and nobody but its owner can read it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ..model.base import Party
from . import table
from .tap import CaptureWriter

ADDRESSES: Final = {Party.ALICE: ("127.0.0.1", 5004), Party.BOB: ("127.0.0.1", 5006)}
"""Whose media a packet holds is said by its source. The bytes were never sent like this."""


class LootFile:
    """Takes down plaintext of either party. The file is made by the first bytes: no loot, no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: CaptureWriter | None = None
        self.packets = 0

    def write_down(self, sender: Party, data: bytes, time: float) -> None:
        """Keep these bytes of `sender`, at seconds since the epoch. OSError when they cannot be written."""
        if self._writer is None:
            text = "What the adversary wrote down: plaintext, not packets of a network."
            self._writer = CaptureWriter(self._path, "loot", text)
        self._writer.write(ADDRESSES[sender], ADDRESSES[sender.peer], data, time)
        self.packets += 1

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


def read_loot(path: Path) -> dict[Party, tuple[bytes, ...]]:
    """The bytes by sender; nothing when nothing was written down. CaptureError for a damaged file."""
    if not os.path.lexists(path):
        return {}
    host, port = ADDRESSES[Party.ALICE]
    packets = table.read(path, [f"{host}:{port}"])
    return {
        party: tuple(packets.payload(int(index)) for index in packets.select(outward=party is Party.ALICE))
        for party in Party
    }
