"""Does a program count the packets that passed? Judged as a run judges it, in a call that nobody attacks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from math import inf
from typing import Final

from ..model.base import MEDIA
from ..model.datagram import Address
from ..model.statement import ON_ITS_WAY, EndpointStatement, may_have_sent
from ..model.voice import counted
from ..wire.demux import PacketClass, classify

RTP_HEADER: Final = 12
"""Bytes of a header without contributing sources."""


class Counter:
    """A tap that counts what it is shown. `through_leg`: at a leg in front of the program, and not at its sockets.

    `began`: the first sequence number of each RTP stream that it sent, by SSRC (RFC 3550 section 5.1).
    """

    def __init__(self) -> None:
        self.datagrams = 0
        self.through_leg = False
        self.began: dict[int, int] = {}
        self._times: defaultdict[tuple[bool, PacketClass], list[float]] = defaultdict(list)

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self.datagrams += 1
        kind = classify(data)
        self._times[outward, kind].append(time.time() if when is None else when)
        if outward and kind is PacketClass.SRTP and len(data) >= RTP_HEADER:
            self.began.setdefault(int.from_bytes(data[8:12]), int.from_bytes(data[2:4]))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        """Whether the tap missed one is a matter of runs."""

    def behind_leg(self) -> None:
        """What is seen is seen at a leg."""
        self.through_leg = True

    def sent(self, klass: PacketClass, until: float = inf) -> int:
        return sum(one <= until for one in self._times[True, klass])

    def came(self, klass: PacketClass) -> int:
        return len(self._times[False, klass])

    def settled(self, until: float) -> int:
        """How many media packets came while the program sent some, which it does under the same keys."""
        sent, came = (
            [one for klass in (PacketClass.SRTP, PacketClass.SRTCP) for one in self._times[outward, klass]]
            for outward in (True, False)
        )
        return sum(min(sent) <= one <= min(until, max(sent)) for one in came) if sent else 0


def miscounted(said: EndpointStatement, tap: Counter) -> Iterator[str]:
    """What cannot be true of the counts in its statement, a sentence each."""
    counts, until = said.packets, (said.asked or 0.0) - ON_ITS_WAY
    for klass, what, told_sent, told_received in (
        (PacketClass.SRTP, "RTP packet", counts.rtp_sent, counts.rtp_received),
        (PacketClass.SRTCP, "RTCP packet", counts.rtcp_sent, counts.rtcp_received),
    ):
        if told_sent > may_have_sent(tap.sent(klass), tap.through_leg):
            yield f"it says it sent {counted(told_sent, what)}, and {tap.sent(klass)} were seen"
        if told_received > tap.came(klass):
            yield f"it says it accepted {counted(told_received, what)}, and {tap.came(klass)} came"
        if told_sent < (sent := tap.sent(klass, until)):
            yield f"it says it sent {counted(told_sent, what)}, and {sent} were seen before it was asked"
    accepted = counts.rtp_received + counts.rtcp_received
    refused = counts.not_authenticated + counts.replayed + counts.refused
    came = tap.came(PacketClass.SRTP) + tap.came(PacketClass.SRTCP)
    if counts.not_authenticated or accepted + refused > came:
        yield (
            f"it says it accepted {accepted} packets and refused {refused}, {counts.not_authenticated} of them as not "
            f"authentic; {came} came, and each is authentic"
        )
    if accepted + refused < (came_by := tap.settled(until)):
        yield f"it says it accepted or refused {accepted + refused} packets, and {came_by} came before it was asked"
    if not accepted and any(asset in MEDIA for asset in said.heard):
        yield "it says it accepted no packet, and heard what came in them"
