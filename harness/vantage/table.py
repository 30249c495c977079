"""A capture as columns: one row per UDP datagram, so that auditors ask questions of whole captures at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..model.datagram import Address
from ..wire.demux import PacketClass, classify
from . import udp
from .capture import CaptureError

MOST_PACKETS: Final = 10_000_000


@dataclass(frozen=True, eq=False)
class PacketTable:
    """One row per datagram, in the order of the file; every column has the same length and cannot be written.

    `time`: seconds since 1970 (float64). `outward`: the party sent it (bool). `klass`: PacketClass (uint8).
    `source`, `destination`: places in `addresses` ("127.1.2.3:4000"). `offset`, `length`: where in `blob` the UDP
    payload lies (int64, bytes).
    """

    time: NDArray[np.float64]
    outward: NDArray[np.bool_]
    klass: NDArray[np.uint8]
    source: NDArray[np.int64]
    destination: NDArray[np.int64]
    offset: NDArray[np.int64]
    length: NDArray[np.int64]
    blob: bytes
    addresses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        columns = [value for one in fields(self) if isinstance(value := getattr(self, one.name), np.ndarray)]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns of a packet table differ in length")
        for column in columns:
            column.flags.writeable = False

    def __len__(self) -> int:
        return len(self.time)

    def payload(self, row: int) -> bytes:
        """The UDP payload of a row; IndexError when there is no such row."""
        start = int(self.offset[row])
        return self.blob[start : start + int(self.length[row])]

    def select(self, klass: PacketClass | None = None, outward: bool | None = None) -> NDArray[np.intp]:
        """The rows of this class and direction, in order; None stands for any."""
        wanted = np.ones(len(self), bool)
        if klass is not None:
            wanted &= self.klass == klass
        if outward is not None:
            wanted &= self.outward == outward
        return np.flatnonzero(wanted)


def read(path: Path, near: Collection[str]) -> PacketTable:
    """Read a capture of UDP over IPv4. A packet is outward when its source is one of `near` ("127.1.2.3:4000").

    CaptureError, with path and offset, for a damaged file, for any other kind of packet, and for a packet that neither
    comes from nor goes to one of `near`.
    """
    numbers: dict[Address, int] = {}
    rows: list[tuple[int, float, int, int, int]] = []
    payloads: list[bytes] = []
    for packet, where in udp.datagrams(path):
        if len(rows) == MOST_PACKETS:
            raise CaptureError(path, packet.place, "too many packets", f"more than {MOST_PACKETS} cannot be read")
        payload = packet.data[where.start :]
        source, destination = (numbers.setdefault(end, len(numbers)) for end in (where.source, where.destination))
        rows.append((packet.place, packet.time, classify(payload), source, destination))
        payloads.append(payload)
    places, time, klass, sources, destinations = zip(*rows, strict=True) if rows else ((),) * 5
    source_column, destination_column = np.array(sources, np.int64), np.array(destinations, np.int64)
    addresses = tuple(f"{host}:{port}" for host, port in numbers)
    is_near = np.array([one in near for one in addresses], bool)
    foreign = np.flatnonzero(~(is_near[source_column] | is_near[destination_column]))
    if len(foreign):
        row = int(foreign[0])
        detail = f"{addresses[sources[row]]} to {addresses[destinations[row]]} has neither end among {sorted(near)}"
        raise CaptureError(path, places[row], "foreign packet", detail)
    lengths = np.array([len(payload) for payload in payloads], np.int64)
    return PacketTable(
        time=np.array(time, np.float64),
        outward=is_near[source_column],
        klass=np.array(klass, np.uint8),
        source=source_column,
        destination=destination_column,
        offset=np.cumsum(lengths) - lengths,
        length=lengths,
        blob=b"".join(payloads),
        addresses=addresses,
    )
