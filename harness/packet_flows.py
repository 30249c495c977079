"""How many packets of which class went which way on each leg: facts for a report, from a case."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .auditors.case import Case
from .auditors.leg import Leg
from .model.packet_flow import PacketFlow
from .wire.demux import PacketClass


def packet_flows(case: Case) -> tuple[PacketFlow, ...]:
    """Of every leg whose capture can be read; of the others a finding says why not."""
    return tuple(flow for leg in case.legs for flow in _flows(leg))


def _flows(leg: Leg) -> Iterator[PacketFlow]:
    packets = leg.table
    for klass in PacketClass:
        mine = packets.klass == klass
        if not mine.any():
            continue
        sent = int(np.count_nonzero(packets.outward[mine]))
        yield PacketFlow(
            vantage=leg.vantage.name,
            party=leg.party,
            klass=klass.name,
            sent=sent,
            received=int(np.count_nonzero(mine)) - sent,
            first=float(packets.time[mine][0]),
        )
