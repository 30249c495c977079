"""What did the screens show before the last one? People compare when they like, not only at the end.

Each code must come from a handshake that had begun by then, a lock that was shown may not go while the call goes on,
and the last screen of the history is the one that the endpoint gives as its screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.statement import EndpointStatement, Indicator, ScreenMoment
from ..model.tenancy import names
from ..model.voice import Voice, quoted
from .case import Case
from .codes import code_of
from .session_keys import DTLS13
from .shown import before_the_end

NAME: Final = "screens"
TOLERATED: Final = 0.25
"""Seconds by which a screen may be stamped outside of the call."""

_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each party's screens by themselves."""
    if not any(statement.screens for statement in case.statements.values()) and not _must_tell(case):
        return (_say.fact(Reason.NOT_CHECKED, CALL_WIDE, "nobody tells what the screens showed when"),)
    findings = [found for statement in case.statements.values() for found in _screens(case, statement)]
    if not findings:
        findings.append(_say.fact(Reason.SCREENS_CONSISTENT, CALL_WIDE, "no screen showed anything else before"))
    return tuple(findings)


def _screens(case: Case, statement: EndpointStatement) -> Iterator[Finding]:
    who, moments = statement.party, statement.screens
    if not moments:
        if statement.connected and _must_tell(case):
            detail = f"{who} was connected and does not say what its screen showed when"
            yield _say.inconclusive(Reason.STATEMENT_MISSING, who, detail)
        return
    yield from _stamps(case, who, moments)
    # A call that failed leaves an empty screen behind, which is not the screen of the call.
    during = moments if statement.failure is None else moments[:-1] or moments
    if during[-1].screen != statement.screen:
        detail = f"the last screen that {who} tells of is not the one that it gives as its screen"
        yield _say.alarm(Reason.SCREENS_CONTRADICT, who, detail)
    for one in during:
        yield from _code(case, who, one)
        if one.screen.peer.casefold() not in names(who.peer) and who.peer in case.there:
            detail = f"{who} read {quoted(one.screen.peer)} as the name of the other person, who is {who.peer}"
            yield _say.alarm(Reason.WRONG_PEER_NAME, who, detail)
    if _withdrawn(before_the_end(during, case.statements.get(who.peer))):
        yield _say.alarm(Reason.LOCK_WITHDRAWN, who, f"{who} saw a lock that went while the call went on")


def _must_tell(case: Case) -> bool:
    """Recordings that are older than the history of screens have no monotonic clock either."""
    return case.recording.monotonic_seconds is not None


def _withdrawn(moments: tuple[ScreenMoment, ...]) -> bool:
    locks = [one.screen.indicator is Indicator.LOCK for one in moments]
    return True in locks and False in locks[locks.index(True) :]


def _stamps(case: Case, who: Party, moments: tuple[ScreenMoment, ...]) -> Iterator[Finding]:
    first, last = case.recording.started - TOLERATED, case.recording.ended + TOLERATED
    times = [one.time for one in moments]
    if times != sorted(times) or times[0] < first or times[-1] > last:
        detail = f"the screens of {who} are stamped out of order, or outside of the call"
        yield _say.inconclusive(Reason.CLOCK_SKEWED, who, detail)


def _code(case: Case, who: Party, moment: ScreenMoment) -> Iterator[Finding]:
    """A code needs a handshake before it that shows both certificates; what no leg shows, nobody can check."""
    leg, code = case.leg(who), moment.screen.code
    if leg is None or code is None or leg.current is None:
        return
    before = [one for time, one in leg.begun if time <= moment.time]
    shown = [one for one in before if one.certificates_near and one.certificates_far]
    codes = {code_of(case, who, one.certificates_near[0], one.certificates_far[0]) for one in shown}
    hidden = [one for one in before if one.protected_near and one not in shown and one.version == DTLS13]
    own, peer = case.own_certificate(who), case.own_certificate(who.peer)
    if hidden and own and peer and all(case.exchanged(leg, one) for one in hidden):
        codes.add(code_of(case, who, own, peer))
    elif hidden:
        return
    if code not in codes:
        detail = f"{who} once saw {quoted(code)}, which no handshake gives that had begun by then"
        yield _say.alarm(Reason.CODE_NOT_FROM_CERTIFICATES, who, detail)
