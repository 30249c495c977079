"""From the frames of a capture to its messages, window by window."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np

from ..window import Frames, Window
from .addresses import Addresses
from .assemble import merged
from .flows import Flows
from .fragments import Reassembly
from .link import IPV4, IPV6, network_packets, unread_ethertypes
from .network import TCP, UDP, ipv4_packets, ipv6_packets, unread_protocols
from .notes import Notes
from .packets import Fragments, Packets
from .rows import RowList, Rows, in_order
from .sheet import Sheet
from .tcp import TcpStreams
from .transport import Segments, tcp_segments, udp_rows
from .tunnels import Tunnels

_AFTER_ALL: Final = -1
"""The place of what is handed out in the end: it counts for the last frame of the last window."""


class Layers:
    """Takes frames apart. State goes on from window to window: endpoints, legs, fragments, TCP streams, TURN channels.

    `near`: hosts ("192.0.2.1") or endpoints ("192.0.2.1:5000") whose side of a leg is the near one; where it does not
    decide, the host that captured is near, or else who sent first. `problems`: what is malformed, contradicts, is cut
    off, or too much to be kept. `unread`: protocols that are none of a call.
    """

    def __init__(self, near: Collection[str] = ()) -> None:
        self.problems, self.unread = Notes(), Notes()
        self._flows = Flows(near)
        self._addresses = Addresses(self._flows)
        self._reassembly = Reassembly(self._addresses)
        self._streams = TcpStreams()
        self._tunnels = Tunnels(self._flows)
        self._next_frame = 1
        self._last_time = float("nan")

    @property
    def waiting(self) -> int:
        """Bytes that `FrameBytes.message` has counted and no row holds yet."""
        return self._reassembly.waiting + self._streams.waiting

    def window(self, frames: Frames) -> Window:
        """The messages of the next frames. All that was counted as message is in a row, or in `waiting`."""
        sheet = Sheet(frames, self.problems, self.unread)
        made = RowList(len(frames.data))
        rows: list[Rows] = []
        segments: list[Segments] = []
        packets = network_packets(sheet)
        ipv4, ipv6 = packets.protocol == IPV4, packets.protocol == IPV6
        if (others := ~(ipv4 | ipv6)).any():
            unread_ethertypes(sheet, packets.only(others))
        fragments: list[Fragments] = []
        for read, wanted in ((ipv4_packets, ipv4), (ipv6_packets, ipv6)):
            if wanted.any():
                found, parts = read(sheet, packets.only(wanted))
                fragments += parts
                self._transport(sheet, found, rows, segments)
        put_together = self._reassembly.add(sheet, fragments, made)
        rows += self._streams.rows(sheet, segments, put_together, made)
        if len(frames):
            self._next_frame = frames.first + len(frames)
            self._last_time = float(frames.time[-1])
        return self._window(sheet, in_order([*rows, made.rows()] if len(made) or not rows else rows), made)

    def finish(self) -> Window | None:
        """What still waits when the capture is over, as rows without frames; None when nothing does.

        Their `frame` is the last one of the capture. What does not begin where a message begins is OTHER.
        """
        sheet = Sheet(_no_frames(self._next_frame), self.problems, self.unread)
        made = RowList(0)
        self._reassembly.give_up(sheet, made, _AFTER_ALL)
        self._streams.give_up(sheet, made, _AFTER_ALL)
        rows = made.rows()
        return self._window(sheet, rows, made) if len(rows) else None

    def _transport(self, sheet: Sheet, packets: Packets, rows: list[Rows], segments: list[Segments]) -> None:
        udp, tcp = packets.protocol == UDP, packets.protocol == TCP
        if udp.any():
            rows.append(udp_rows(sheet, packets.only(udp), self._addresses))
        if tcp.any():
            segments.append(tcp_segments(sheet, packets.only(tcp), self._addresses))
        if (others := ~(udp | tcp)).any():
            unread_protocols(sheet, packets.only(others))

    def _window(self, sheet: Sheet, rows: Rows, made: RowList) -> Window:
        sheet.extend(made.content)
        return merged(sheet, list(self._tunnels.levels(sheet, rows)), self._flows, self._last_time)


def _no_frames(first: int) -> Frames:
    ints, small = np.zeros(0, np.int64), np.zeros(0, np.int32)
    none = np.zeros(0, np.uint8)
    return Frames(none, first, ints, ints, ints, np.zeros(0, np.float64), small, small, none, ints)
