"""What an endpoint says of how many packets it sent and looked at, against what passed its sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import MEDIA
from ..model.finding import Finding, Reason
from ..model.statement import EndpointStatement, may_have_sent
from ..model.voice import Voice, counted
from ..wire.demux import PacketClass
from .accounting import Balance
from .leg import Leg

_SENT: Final = ((PacketClass.SRTP, "RTP packet", "rtp_sent"), (PacketClass.SRTCP, "RTCP packet", "rtcp_sent"))


def sent_elsewhere(leg: Leg, statement: EndpointStatement, say: Voice) -> Iterator[Finding]:
    """Nothing is sealed to be thrown away: what did not leave by the sockets that are known left by another.

    Fewer than on the wire is nothing to hide, for those have been judged by their bytes.
    """
    for klass, what, field in _SENT:
        told, seen = getattr(statement.packets, field), sum(one.klass is klass for one in leg.outward.packets)
        if told > may_have_sent(seen, leg.vantage.through_leg) + leg.lost:
            detail = f"{leg.party} says it sent {counted(told, what)} where {seen} left by the sockets that are known"
            yield say.alarm(Reason.STATEMENT_CONTRADICTS_WIRE, leg.name, detail)


def looked_elsewhere(leg: Leg, statement: EndpointStatement, balance: Balance, say: Voice) -> Iterator[Finding]:
    """Refusals of what never came in, or silence about what must have been looked at."""
    if balance.invented > leg.lost:
        counts = balance.counts
        refused = counts.not_authenticated + counts.replayed + counts.refused
        detail = (
            f"{leg.party} says it refused {counted(refused, 'packet')}, {counts.not_authenticated} as not authentic "
            f"and {counts.replayed} as replays: {balance.invented} of them can be none that came in"
        )
        yield say.alarm(Reason.STATEMENT_CONTRADICTS_WIRE, leg.name, detail)
    untold = _untold(leg, statement, balance)
    if untold is not None:
        yield say.inconclusive(Reason.STATEMENT_CONTRADICTS_WIRE, leg.name, f"{leg.party} {untold}")


def _untold(leg: Leg, statement: EndpointStatement, balance: Balance) -> str | None:
    """What it must have looked at, and keeps to itself: nobody knows, then, what it took."""
    settled = leg.settled(balance.counts, statement.asked)
    if balance.judged < settled:
        told = counted(balance.judged, "packet")
        return f"says it accepted or refused {told} where {settled} came from its peer while it sent media"
    if not balance.accepted and any(asset in MEDIA for asset in statement.heard):
        return "says it accepted no packet, and heard what came in them"
    return None
