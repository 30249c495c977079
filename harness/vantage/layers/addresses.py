"""From addresses and ports of many packets to the numbers of their flows."""

from __future__ import annotations

import numpy as np

from ..window import Direction, Ints, Transport
from .flows import Flows, endpoint_name
from .key_cache import KeyCache, Word
from .packets import Packets
from .sheet import Sheet


class Addresses:
    """Remembers which flow has which addresses and ports."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._caches = {1: KeyCache(2), 4: KeyCache(5)}

    def flow(self, sheet: Sheet, packets: Packets, ports: Ints, transport: Transport) -> Ints:
        """The flow of each packet, and a note on the sheet for which legs the frames count.

        `ports`: the source's times 65536, plus the destination's.
        """

        def ask(place: int) -> int:
            hosts = packets.addresses[:, place].tobytes()
            direction = Direction(int(sheet.direction[packets.frame[place]]))
            return self.one(hosts, divmod(int(ports[place]), 1 << 16), transport, direction)

        if not len(packets):
            return np.zeros(0, np.int64)
        key: tuple[Word, ...] = (*packets.addresses, (ports | transport << 32).view(np.uint64))
        found = self._caches[len(packets.addresses)].numbers(key, ask)
        sheet.count_for(packets.frame, (found >> 1).astype(np.int32))
        return found

    def one(
        self, hosts: bytes, ports: tuple[int, int] | tuple[None, None], transport: Transport, direction: Direction
    ) -> int:
        """The flow between two hosts, whose addresses are given one behind the other."""
        half = len(hosts) // 2
        source, destination = endpoint_name(hosts[:half], ports[0]), endpoint_name(hosts[half:], ports[1])
        return self._flows.flow(source, destination, transport, direction)
