"""What somebody in the middle had in clear, as a capture: any tool can open it, and nobody but its owner can read it.

An adversary writes down what it got; the harness writes down what the service's media processor had in its hands.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ..model.base import Party
from ..model.datagram import Address
from . import table
from .tap import CaptureWriter

ADDRESSES: Final = {Party.ALICE: ("127.0.0.1", 5004), Party.BOB: ("127.0.0.1", 5006)}
"""Whose media a packet holds is said by its source. The bytes were never sent like this."""

_OTHERS: Final = ("127.0.0.1", 5008)
"""Devices that came to the call later."""


class LootFile:
    """Takes down plaintext of either party. The file is made by the first bytes: no loot, no file."""

    def __init__(
        self, path: Path, text: str = "What the adversary wrote down: plaintext, not packets of a network."
    ) -> None:
        self._path, self._text = path, text
        self._writer: CaptureWriter | None = None
        self.packets = 0

    def write_down(self, sender: Party, data: bytes, time: float) -> None:
        """Keep these bytes of `sender`, at seconds since the epoch. OSError when they cannot be written."""
        self._write(ADDRESSES[sender], ADDRESSES[sender.peer], data, time)

    def of_device(self, name: str, data: bytes, time: float) -> None:
        """The same for the bytes of a device, which has a party's name or came to the call later."""
        parties = {party.value: address for party, address in ADDRESSES.items()}
        self._write(parties.get(name, _OTHERS), ADDRESSES[Party.ALICE], data, time)

    def _write(self, source: Address, destination: Address, data: bytes, time: float) -> None:
        if self._writer is None:
            self._writer = CaptureWriter(self._path, "loot", self._text)
        self._writer.write(source, destination, data, time)
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


def read_processed(path: Path) -> tuple[bytes, ...]:
    """What a media processor had in clear, of all devices; nothing when it had nothing. CaptureError when damaged."""
    if not os.path.lexists(path):
        return ()
    near = [f"{host}:{port}" for host, port in (*ADDRESSES.values(), _OTHERS)]
    packets = table.read(path, near)
    return tuple(packets.payload(row) for row in range(len(packets)))
