"""Did anybody but the peer send something in, and did the party send anybody but the peer something that matters?

UDP lets everybody send to everybody, so a stranger's datagram is no fault of the party's. An answer to it other than
in STUN is: no application data may go to an address before a check has shown that the peer receives there
(RFC 8445 section 12.1, RFC 7675 section 4.1). And no check is to be answered with a yes that nobody has proved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from ..model.finding import Finding, Reason
from ..model.voice import Voice, counted
from ..wire.demux import PacketClass
from .answered import passwords_of, unproved
from .case import Case
from .conflicts import forged_conflicts, refused_checks, role_given_up
from .datagram import Datagram
from .foreign import FOREIGN_KINDS, foreign_kinds
from .leg import Leg
from .peer import peer_of, told_passwords

NAME: Final = "strangers"

_SHOWN: Final = 3
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each leg by itself."""
    return tuple(finding for leg in case.legs for finding in _leg(case, leg))


def _leg(case: Case, leg: Leg) -> Iterator[Finding]:
    peer = peer_of(leg, case.signalling)
    foreign = [one for one in leg.datagrams if not one.outward and peer.is_stranger(one.far)]
    astray = [
        one for one in leg.datagrams if one.outward and one.klass is not PacketClass.STUN and not peer.may_get(one)
    ]
    if foreign:
        detail = (
            f"{_came(leg, foreign)}, not from {leg.party.peer}: the signalling names no such address, no check does"
        )
        yield _say.notice(Reason.FOREIGN_DATAGRAM, leg.name, detail, len(foreign))
        for reason, some in foreign_kinds(leg, peer, foreign, passwords_of(case.signalling, leg.party)).items():
            detail = f"from strangers {counted(len(some), 'datagram')}, first in frame {some[0].frame}, each with a "
            yield _say.notice(reason, leg.name, detail + FOREIGN_KINDS[reason], len(some))
    if astray:
        detail = (
            f"{leg.party} sent {_went(leg, astray)} before any check had shown that {leg.party.peer} receives there"
        )
        yield _say.alarm(Reason.MEDIA_TO_STRANGER, leg.name, detail)
    yield from _answered(case, leg)
    yield from _role(case, leg)
    if peer.proved:
        shown = ", ".join(f"{leg.table.addresses[at]} in frame {frame}" for at, frame in sorted(peer.proved.items()))
        yield _say.fact(Reason.PEER_PROVED, leg.name, f"authentic answers to the checks of {leg.party}: {shown}")
    elif not (foreign or astray):
        yield _say.fact(Reason.PEER_PROVED, leg.name, "no check was answered, and nothing but checks was sent or came")


def _answered(case: Case, leg: Leg) -> Iterator[Finding]:
    told = list(unproved(leg.datagrams, passwords_of(case.signalling, leg.party)))
    if told:
        detail = (
            f"{leg.party} said yes to {counted(len(told), 'check')} whose sender had not shown to have the password, "
            f"first in frame {told[0].frame}"
        )
        yield _say.alarm(Reason.UNPROVED_CHECK_ANSWERED, leg.name, detail)


def _role(case: Case, leg: Leg) -> Iterator[Finding]:
    own = passwords_of(case.signalling, leg.party)
    refused = refused_checks(leg.datagrams, own)
    if refused:
        how = ", ".join(f"{number} by {'silence' if code is None else code}" for code, number in refused.items())
        detail = f"{leg.party} said no to {counted(refused.total(), 'check')} that no password proves: {how}"
        yield _say.notice(Reason.CHECKS_REFUSED, leg.name, detail, refused.total())
    conflicts = forged_conflicts(leg.datagrams, told_passwords(case.signalling, leg.party))
    if conflicts and (at := role_given_up(leg.datagrams, conflicts, own)) is not None:
        detail = f"{leg.party} asks in another role from frame {at} on, told so by a conflict that no password proves"
        yield _say.alarm(Reason.ROLE_GIVEN_UP, leg.name, detail)
    elif conflicts:
        detail = f"{counted(len(conflicts), 'conflict')} of roles that no password proves, and {leg.party} kept its own"
        yield _say.notice(Reason.ROLE_KEPT, leg.name, detail, len(conflicts))


def _came(leg: Leg, foreign: Iterable[Datagram]) -> str:
    sources = Counter((one.far, one.klass) for one in foreign)
    return f"{_kinds(leg, sources)} came in"


def _went(leg: Leg, astray: Iterable[Datagram]) -> str:
    return _kinds(leg, Counter((one.far, one.klass) for one in astray), "to")


def _kinds(leg: Leg, counts: Counter[tuple[int, PacketClass]], word: str = "from") -> str:
    """ "40 datagrams (SRTP) from 127.0.1.5:4000", cut after a few."""
    parts = [
        f"{counted(number, 'datagram')} ({klass.name}) {word} {leg.table.addresses[far]}"
        for (far, klass), number in counts.most_common(_SHOWN)
    ]
    return ", ".join(parts) + (", …" if len(counts) > _SHOWN else "")
