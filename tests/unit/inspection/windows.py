"""Windows made by hand from payloads, without a file and without our layers: what followers are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from harness.vantage.window import NONE, Endpoints, FrameBytes, Frames, Leg, Legs, Transport, Window
from harness.wire.demux import classify

UNDER_UDP = 14 + 20 + 8
"""Bytes of Ethernet, IPv4 and UDP in front of each payload; they are zero here."""

LINKTYPE_ETHERNET = 1


class Sent(NamedTuple):
    """One datagram: `source` and `destination` as "192.0.2.1:5000"."""

    time: float
    source: str
    destination: str
    payload: bytes


class Capture:
    """Makes consecutive windows of one capture: frame numbers, endpoints and legs go on from window to window."""

    def __init__(self) -> None:
        self.endpoints, self.legs = Endpoints(), Legs()
        self._frames = 0
        self._bytes = 0

    def window(self, sent: Sequence[Sent]) -> Window:
        count, first = len(sent), self._frames + 1
        data = np.frombuffer(b"".join(bytes(UNDER_UDP) + one.payload for one in sent), np.uint8).copy()
        sizes = np.array([len(one.payload) for one in sent], np.int64)
        offset = np.cumsum(sizes + UNDER_UDP) - sizes - UNDER_UDP
        source = np.array([self._endpoint(one.source) for one in sent], np.int32)
        destination = np.array([self._endpoint(one.destination) for one in sent], np.int32)
        leg = np.array([self._leg(int(a), int(b)) for a, b in zip(source, destination, strict=True)], np.int32)
        near = np.array([one.near for one in self.legs.found] or [0], np.int32)
        time = np.array([one.time for one in sent], np.float64)
        zeros = np.zeros(count, np.int64)
        frames = Frames(
            data, first, offset, sizes + UNDER_UDP, sizes + UNDER_UDP, time,
            np.full(count, LINKTYPE_ETHERNET, np.int32),
            np.zeros(count, np.int32), np.zeros(count, np.uint8), offset + self._bytes,
        )  # fmt: skip
        self._frames += count
        self._bytes += len(data)
        return Window(
            frames=frames,
            frame_bytes=FrameBytes(zeros + 14, zeros + 20, zeros + 8, sizes, zeros, zeros.copy(), zeros.copy(), leg),
            data=data,
            endpoints=self.endpoints,
            legs=self.legs,
            frame=np.arange(first, first + count),
            time=time.copy(),
            source=source,
            destination=destination,
            leg=leg.copy(),
            outward=source == near[leg],
            transport=np.full(count, Transport.UDP, np.uint8),
            depth=np.zeros(count, np.uint8),
            inner=np.full(count, NONE, np.int64),
            offset=offset + UNDER_UDP,
            length=sizes.copy(),
            framing=zeros.copy(),
            missing=zeros.copy(),
            klass=np.array([classify(one.payload) for one in sent], np.uint8),
            place=offset + UNDER_UDP,
        )

    def _endpoint(self, name: str) -> int:
        if name not in self.endpoints.names:
            self.endpoints.names.append(name)
        return self.endpoints.names.index(name)

    def _leg(self, source: int, destination: int) -> int:
        for place, leg in enumerate(self.legs.found):
            if {leg.near, leg.far} == {source, destination}:
                return place
        self.legs.found.append(Leg(source, destination, Transport.UDP))
        return len(self.legs.found) - 1
