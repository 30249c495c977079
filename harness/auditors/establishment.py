"""Did the call come about, and if not, who ended it and why? Also: did our own eyes lose anything?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.alarms import FAILURES
from ..model.base import Party, Role
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.recording import MAX_SILENCE
from ..model.statement import EndpointStatement, Failure
from ..model.voice import Voice, quoted
from .case import Case
from .clock import clock_findings
from .copies import copy_findings

NAME: Final = "establishment"

REFUSALS: Final = frozenset(
    {
        Reason.FINGERPRINT_MISMATCH,
        Reason.FINGERPRINT_MISSING,
        Reason.FINGERPRINT_UNUSABLE,
        Reason.SDP_REJECTED,
        Reason.DESCRIPTION_BEFORE_ACCEPT,
        Reason.MODE_UNKNOWN,
        Reason.DTLS_ERROR,
        Reason.SRTP_PROFILE_MISSING,
    }
)
"""Failures by which an endpoint says that it will not go on. By the others a call is merely lost."""

_MAX_WHY: Final = 400
"""Characters of an endpoint's own words: a browser that refuses a description quotes the line, and then says why."""

_CALLEE: Final = Role.CALLEE.party
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """The answers of both statements, then whether every packet was recorded, at each end, and stamped rightly."""
    own_eyes = (*copy_findings(case, _say), *_losses(case), *clock_findings(case, _say))
    return (*_established(case), *_failures(case), *own_eyes)


def _established(case: Case) -> Iterator[Finding]:
    for party in case.silent:
        why = case.recording.silent.get(party)
        told = "" if why is None else f": {quoted(why, MAX_SILENCE)}"
        yield _say.inconclusive(Reason.STATEMENT_MISSING, party, f"{party} left no statement{told}")
    if case.taken_elsewhere is not None:
        yield _say.fact(Reason.TAKEN_ELSEWHERE, _CALLEE, f"{_CALLEE} only rang, and stopped: {case.taken_elsewhere}")
    down = [party for party, one in _there(case).items() if not one.connected]
    if down:
        who = " and ".join(sorted(down))
        yield _say.fact(Reason.CALL_NOT_ESTABLISHED, CALL_WIDE, f"{who} never considered the call connected")
    elif not case.silent:
        who = "both parties" if case.taken_elsewhere is None else "the caller, whose call was taken elsewhere,"
        yield _say.fact(Reason.CALL_ESTABLISHED, CALL_WIDE, f"{who} considered the call connected")
        yield from _ended_early(case)


def _there(case: Case) -> dict[Party, EndpointStatement]:
    return {party: one for party, one in case.statements.items() if party in case.there}


def _ended_early(case: Case) -> Iterator[Finding]:
    """How a call ended that was up and failed: whoever refuses to go on decides, not who merely lost it."""
    failures = [one.failure for one in _there(case).values() if one.failure is not None]
    refusal = next((one for one in failures if one.reason in REFUSALS), None)
    if refusal is not None:
        yield _say.fact(Reason.CALL_REFUSED, CALL_WIDE, f"the call was up until it was refused for {refusal.reason}")
    elif failures:
        yield _say.fact(Reason.CALL_LOST, CALL_WIDE, f"the call was up until it was lost by {failures[0].reason}")


def _failures(case: Case) -> Iterator[Finding]:
    failures = {party: one.failure for party, one in _there(case).items() if one.failure is not None}
    for party, failure in failures.items():
        yield _failure(party, failure, failures.get(party.peer))
    unexplained = not failures and not case.silent and not all(one.connected for one in _there(case).values())
    if unexplained:
        yield _say.alarm(Reason.ENDPOINT_ERROR, CALL_WIDE, "the call did not come about and neither party says why")


def _failure(party: Party, failure: Failure, of_peer: Failure | None) -> Finding:
    if failure.reason not in FAILURES:
        detail = f"{party} gives {failure.reason} as the reason of its failure, which is none"
        return _say.alarm(Reason.ENDPOINT_ERROR, party, detail)
    detail = f"{party} ended the call: {quoted(failure.detail, _MAX_WHY)}"
    # Somebody has to hang up first: the echo of a hang-up that has its own reason tells nothing new.
    echo = of_peer is not None and of_peer.reason is not Reason.REMOTE_HUNG_UP
    if failure.reason is Reason.REMOTE_HUNG_UP and echo:
        return _say.notice(failure.reason, party, detail)
    return _say.alarm(failure.reason, party, detail)


def _losses(case: Case) -> Iterator[Finding]:
    for vantage in case.recording.vantages:
        table = case.tables.get(vantage.name)
        if table is None:
            why = case.damage.get(vantage.name, "it is not there")
            yield _say.inconclusive(Reason.CAPTURE_DAMAGED, vantage.name, f"the capture cannot be read: {why}")
        elif (lost := vantage.loss(len(table))) is not None:
            yield _say.inconclusive(Reason.PACKETS_LOST_BY_TAP, vantage.name, lost)
        if vantage.through_leg:
            detail = f"seen by a leg in front of {vantage.party}'s program: what that sends past the leg is not here"
            yield _say.notice(Reason.SEEN_THROUGH_LEG, vantage.name, detail)
        if vantage.as_told:
            detail = (
                f"told by {vantage.party}'s program: what that sends from a socket that it does not name is not here"
            )
            yield _say.notice(Reason.SEEN_AS_TOLD, vantage.name, detail)
