"""Does a party send under the SSRCs that its own descriptions name, and leave those of the other party alone?

An SSRC stays in clear under SRTP and SRTCP (RFC 3711 sections 3.1 and 3.4), and `a=ssrc` says which ones a party means
to use (RFC 5576 section 4.1). A stream beside them is what only the holder of the keys can send, so it is how the
recording shows that a party itself sends what it did not announce. A source may choose a new SSRC in mid-call, and
nobody has to announce any: none of this decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from ..wire import rtp
from ..wire.demux import PacketClass
from ..wire.sdp import Sdp
from .case import Case
from .datagram import Datagram
from .leg import Leg
from .signalled import sdp_sent

NAME: Final = "sources"

_SENDS: Final = ("audio", "video")
_SHOWN: Final = 3
_say = Voice(NAME)


@dataclass
class Stream:
    """What a party sent under one SSRC: number of packets, and the frame of the first."""

    first: int
    packets: int = 0


def audit(case: Case) -> tuple[Finding, ...]:
    """Each leg by itself, and both against each other when the two parties share one session."""
    sent = {leg.party: streams(leg.datagrams) for leg in case.legs}
    return (*(_leg(case, leg, sent[leg.party]) for leg in case.legs), *_collisions(case, sent))


def streams(datagrams: Iterable[Datagram]) -> Mapping[int, Stream]:
    """What the party of a leg sent, by SSRC; of RTCP, whose first sender alone is in clear, by that one."""
    found: dict[int, Stream] = {}
    for one in datagrams:
        if one.outward and (ssrc := _ssrc(one)) is not None:
            found.setdefault(ssrc, Stream(one.frame)).packets += 1
    return found


def declared(descriptions: Iterable[Sdp]) -> frozenset[int] | None:
    """The SSRCs that a party's descriptions name; None when one of their sections names none, and so may use any."""
    named: set[int] = set()
    for sdp in descriptions:
        levels = {line.level for line in sdp.lines if line.text.startswith(tuple(f"m={kind} " for kind in _SENDS))}
        speaking = set()
        for level, value in sdp.values("ssrc"):
            number = value.partition(" ")[0]
            if number.isascii() and number.isdecimal():
                named.add(int(number))
                speaking.add(level)
        if not levels <= speaking:
            return None
    return frozenset(named) or None


def _ssrc(one: Datagram) -> int | None:
    with suppress(ValueError):
        if one.klass is PacketClass.SRTP:
            return rtp.parse(one.data).ssrc
        if one.klass is PacketClass.SRTCP:
            return rtp.parse_rtcp(one.data).ssrc
    return None


def _leg(case: Case, leg: Leg, sent: Mapping[int, Stream]) -> Finding:
    named = declared(sdp_sent(case.signalling, leg.party))
    if named is None:
        detail = f"{leg.party} does not name the SSRCs of all its media in its descriptions: any may be its own"
        return _say.fact(Reason.SOURCES_NOT_NAMED, leg.name, detail)
    others = {ssrc: stream for ssrc, stream in sent.items() if ssrc not in named}
    if others:
        detail = f"{leg.party} sent {_shown(others)}, which no description of its own names"
        return _say.notice(Reason.SOURCE_UNDECLARED, leg.name, detail)
    detail = f"what {leg.party} sent is under {len(sent)} of the {counted(len(named), 'SSRC')} that it names"
    return _say.fact(Reason.SOURCES_DECLARED, leg.name, detail)


def _collisions(case: Case, sent: Mapping[Party, Mapping[int, Stream]]) -> Iterator[Finding]:
    """SSRCs that both parties sent under (RFC 3550 section 8.2). Where the service ends each leg there are two
    sessions, which know nothing of each other's."""
    if case.through_service or len(sent) < len(Party):
        return
    for ssrc in sorted(sent[Party.ALICE].keys() & sent[Party.BOB].keys())[:_SHOWN]:
        each = " and ".join(f"{party} {counted(sent[party][ssrc].packets, 'packet')}" for party in Party)
        yield _say.notice(Reason.SOURCE_COLLIDES, CALL_WIDE, f"under SSRC 0x{ssrc:08x} both sent: {each}")


def _shown(found: Mapping[int, Stream]) -> str:
    """ "7 packets under SSRC 0x0000b0b5 from frame 12 on", cut after a few."""
    parts = [
        f"{counted(one.packets, 'packet')} under SSRC 0x{ssrc:08x} from frame {one.first} on"
        for ssrc, one in sorted(found.items(), key=lambda item: item[1].first)[:_SHOWN]
    ]
    return ", ".join(parts) + (f" and {len(found) - _SHOWN} SSRCs more" if len(found) > _SHOWN else "")
