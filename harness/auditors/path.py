"""What became of the datagrams between the two parties: did each arrive as it was sent, once, in order and at once?

Both legs are recorded, so the path shows by what differs between them. Nothing of it is forbidden, for a network may
lose and reorder what it likes; it is how an observer sees that somebody on the path, or beside it, was at work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from ..wire.demux import PacketClass
from .added import ADDED_KINDS, added_kinds
from .answered import passwords_of
from .case import Case
from .datagram import Datagram

NAME: Final = "path"

LATE: Final = 0.1
"""Seconds on the way from which a media packet is called late: on loopback it takes less than a thousandth of that."""

UNDER_WAY: Final = 2.0
"""Seconds that a datagram may take: longer than any path of ours, and than a busy machine holds one back."""

_say = Voice(NAME)


@dataclass
class Journey:
    """One direction. `added`, `repeated` and `reordered` are datagrams that arrived, `lost` some that were sent; `ways`
    has the seconds that each media packet took.

    What was sent before something that arrived is lost, and what was sent long before the receiver last did anything;
    what is on its way when a call ends is not.
    """

    added: list[Datagram] = field(default_factory=list)
    repeated: list[Datagram] = field(default_factory=list)
    reordered: list[Datagram] = field(default_factory=list)
    lost: list[Datagram] = field(default_factory=list)
    ways: list[float] = field(default_factory=list)

    @property
    def late(self) -> int:
        """Media packets, if every one took long: a machine that is busy lets some through in no time. Else 0."""
        return len(self.ways) if self.ways and min(self.ways) > LATE else 0


def audit(case: Case) -> tuple[Finding, ...]:
    """Each direction by itself; of a path that only forwarded, one fact."""
    if case.through_service:
        detail = "the service opens what either party sends and seals it anew: no datagram is to arrive as it was sent"
        return (_say.fact(Reason.NOTHING_TO_COMPARE, CALL_WIDE, detail),)
    findings = tuple(finding for party in Party for finding in _direction(case, party))
    if findings:
        return findings
    if len(case.legs) < len(Party):
        return (_say.fact(Reason.NOTHING_TO_COMPARE, CALL_WIDE, "it takes the legs of both parties to see the path"),)
    return (_say.fact(Reason.PATH_UNCHANGED, CALL_WIDE, "every datagram arrived as it was sent, once and in order"),)


def journey(sent: Sequence[Datagram], arrived: Sequence[Datagram], there_until: float) -> Journey:
    """Follow each datagram by its bytes; of several alike the first to arrive is the first that was sent.

    `there_until`: when the receiver last sent or got anything, by the clock of both legs.
    """
    waiting: dict[bytes, deque[int]] = {}
    for place, one in enumerate(sent):
        waiting.setdefault(one.data, deque()).append(place)
    found, last = Journey(), -1
    for one in arrived:
        places = waiting.get(one.data)
        if places is None:
            found.added.append(one)
        elif not places:
            found.repeated.append(one)
        else:
            place = places.popleft()
            if place < last:
                found.reordered.append(one)
            if one.klass is PacketClass.SRTP:
                found.ways.append(one.time - sent[place].time)
            last = max(last, place)
    missing = (place for places in waiting.values() for place in places)
    found.lost = [sent[place] for place in missing if place < last or sent[place].time + UNDER_WAY < there_until]
    return found


def _direction(case: Case, sender: Party) -> Iterator[Finding]:
    near, far = case.leg(sender), case.leg(sender.peer)
    if near is None or far is None:
        return
    sent = [one for one in near.datagrams if one.outward]
    arrived = [one for one in far.datagrams if not one.outward]
    there_until = max((one.time for one in far.datagrams), default=0.0)
    found, to = journey(sent, arrived, there_until), sender.peer
    for reason, which, fate in (
        (Reason.DATAGRAMS_ADDED, found.added, f"reached {to} which {sender} never sent"),
        (Reason.DATAGRAMS_REPEATED, found.repeated, f"of {sender} reached {to} more often than they were sent"),
        (Reason.DATAGRAMS_REORDERED, found.reordered, f"of {sender} reached {to} behind others that were sent later"),
    ):
        if which:
            detail = f"{counted(len(which), 'datagram')} {fate}, first in frame {which[0].frame}"
            yield _say.notice(reason, far.name, detail, len(which))
    passwords = (*passwords_of(case.signalling, to), *passwords_of(case.signalling, sender))
    for reason, some in added_kinds(found.added, passwords).items():
        detail = f"of those added {len(some)}, first in frame {some[0].frame}, each with a {ADDED_KINDS[reason]}"
        yield _say.notice(reason, far.name, detail, len(some))
    if found.late:
        detail = (
            f"{found.late} of {counted(len(found.ways), 'media packet')} of {sender} took more than {LATE:g} s to {to}"
        )
        yield _say.notice(Reason.DATAGRAMS_LATE, far.name, detail, count=found.late)
    if found.lost:
        first = min(one.frame for one in found.lost)
        detail = f"{counted(len(found.lost), 'datagram')} of {sender} never reached {to}, first in frame {first}"
        yield _say.notice(Reason.DATAGRAMS_LOST, near.name, detail, count=len(found.lost))
