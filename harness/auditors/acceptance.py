"""Did anything of a party's network leave its device before its user, or the other one's, had accepted the call?

Nobody may be heard, seen or located because somebody else calls: media before the acceptance is what the call state
machines of real clients were broken for (CVE-2019-6223, and Project Zero's review of five of them in 2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Final

from ..model.base import Party, Role
from ..model.finding import CALL_WIDE, Finding, Reason, Severity
from ..model.recording import SignalKind
from ..model.voice import Voice, counted
from ..wire.demux import PacketClass
from .case import Case
from .clock import clock_findings
from .course import accepted_at, first_sent

NAME: Final = "acceptance"

_MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each party by itself; recordings from before the whole course of a call do not tell."""
    if not case.recording.invited:
        return (_say.fact(Reason.NOT_CHECKED, CALL_WIDE, "the recording does not tell when the call was accepted"),)
    if any(found.severity is Severity.INCONCLUSIVE for found in clock_findings(case, _say)):
        detail = "the clock was set during the call: what came before an acceptance, nobody can tell"
        return (_say.fact(Reason.NOT_CHECKED, CALL_WIDE, detail),)
    if case.unheard:
        detail = f"{', '.join(case.unheard)}: not every message of the signalling was recorded"
        return (_say.fact(Reason.NOT_CHECKED, CALL_WIDE, detail),)
    findings = [*_forged(case), *(found for party in Party for found in _party(case, party))]
    if not any(found.reason is not Reason.ACCEPTANCE_FORGED for found in findings):
        detail = "nothing of either network left a device before the call was accepted"
        findings.append(_say.fact(Reason.ACCEPTED_FIRST, CALL_WIDE, detail))
    return tuple(findings)


def _forged(case: Case) -> Iterator[Finding]:
    """A caller who was told of an acceptance that the callee had not given by then."""
    caller, callee = (role.party for role in Role)
    told, given = accepted_at(case.signalling, caller), accepted_at(case.signalling, callee)
    if case.taken_elsewhere is not None:
        return
    if told is not None and told < (inf if given is None else given):
        detail = f"{caller} was told that {callee} had accepted, who had not"
        yield _say.notice(Reason.ACCEPTANCE_FORGED, caller, detail)


def _party(case: Case, party: Party) -> Iterator[Finding]:
    accepted = accepted_at(case.signalling, party)
    begins = inf if accepted is None else accepted
    leg = case.leg(party)
    early = [one for one in (() if leg is None else leg.datagrams) if one.outward and one.time < begins]
    media = [one for one in early if one.klass in _MEDIA]
    if media:
        detail = f"{counted(len(media), 'media packet')} left {party} before the call was accepted"
        yield _say.alarm(Reason.MEDIA_BEFORE_ACCEPT, party if leg is None else leg.name, detail)
    described = first_sent(case.signalling, party, SignalKind.OFFER, SignalKind.ANSWER)
    if len(early) > len(media) or (described is not None and described < begins):
        detail = f"{party} told where it is, or sent something from there, before the call was accepted"
        yield _say.alarm(Reason.NETWORK_BEFORE_ACCEPT, party, detail)
