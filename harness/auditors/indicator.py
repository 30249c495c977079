"""Does the screen tell the truth: a lock only where there is encryption, a code beside it, and the right name?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason, Severity
from ..model.statement import EndpointStatement, Indicator, Screen
from ..model.tenancy import names
from ..model.voice import Voice, quoted
from .case import Case

NAME: Final = "indicator"

_say = Voice(NAME)
_GRAVE: Final = frozenset({Severity.ALARM, Severity.INCONCLUSIVE})


def audit(case: Case) -> tuple[Finding, ...]:
    """How many locks there are, then each screen against its own leg."""
    findings = [*_locks(case)]
    for party, statement in case.statements.items():
        findings.extend(_screen(case, party, case.shown[party]))
        findings.extend(_early(case, statement))
    if not any(finding.severity in _GRAVE for finding in findings):
        detail = "each screen shows what its leg deserves"
        findings.append(_say.fact(Reason.INDICATOR_HONEST, CALL_WIDE, detail))
    return tuple(findings)


def _locks(case: Case) -> Iterator[Finding]:
    if case.silent:
        for party in case.silent:
            yield _say.inconclusive(Reason.STATEMENT_MISSING, party, f"{party} left no statement: no screen to look at")
        return
    for party, why in case.unseen.items():
        yield _say.inconclusive(Reason.STATEMENT_MISSING, party, why)
    if case.unseen:
        return
    locked = [party for party, screen in case.shown.items() if screen.indicator is Indicator.LOCK]
    if len(locked) == len(Party):
        yield _say.fact(Reason.LOCK_ON_BOTH, CALL_WIDE, "both screens show a lock")
    elif not locked:
        yield _say.fact(Reason.LOCK_ON_NONE, CALL_WIDE, "no screen shows a lock")
    elif case.connected(locked[0].peer):
        detail = f"{locked[0]} sees a lock where {locked[0].peer}, who is connected too, sees none"
        yield _say.alarm(Reason.LOCK_ON_ONE, CALL_WIDE, detail)
    else:
        # The one party has not noticed yet that the other one's call came to nothing.
        detail = f"{locked[0]} sees a lock; {locked[0].peer} was never connected"
        yield _say.notice(Reason.LOCK_ON_ONE, CALL_WIDE, detail)


def _screen(case: Case, party: Party, screen: Screen) -> Iterator[Finding]:
    locked, code = screen.indicator is Indicator.LOCK, screen.code is not None
    if locked:
        yield from _encrypted(case, party)
    if locked and not code:
        yield _say.alarm(Reason.LOCK_WITHOUT_CODE, party, f"{party} sees a lock but has no code to compare")
    if code and not locked:
        yield _say.alarm(Reason.CODE_WITHOUT_LOCK, party, f"{party} sees a code on a call without a lock")
        yield from _compared_for_nothing(case, party)
    if screen.peer.casefold() not in names(party.peer) and party.peer in case.there:
        detail = f"{party} reads {quoted(screen.peer)} as the name of the other person, who is {party.peer}"
        yield _say.alarm(Reason.WRONG_PEER_NAME, party, detail)


def _encrypted(case: Case, party: Party) -> Iterator[Finding]:
    """A lock needs a DTLS handshake on this party's leg, no media in clear, and keys that the service does not hold."""
    leg = case.leg(party)
    if leg is None or not leg.datagrams:
        detail = f"{party} sees a lock, but its leg has no packets to check that against"
        yield _say.inconclusive(Reason.NO_PACKETS, party, detail)
    elif leg.clear:
        yield _say.alarm(Reason.LOCK_WITHOUT_ENCRYPTION, leg.name, f"{party} sees a lock, but {leg.clear[0]}")
    elif leg.signalled is not None and not leg.secured:
        detail = f"{party} sees a lock, but the keys of its media lie in the signalling: the service holds them"
        yield _say.alarm(Reason.LOCK_ON_SERVICE_CALL, leg.name, detail)
    elif not leg.secured:
        detail = f"{party} sees a lock without a finished DTLS handshake"
        yield _say.alarm(Reason.LOCK_WITHOUT_ENCRYPTION, leg.name, detail)


def _compared_for_nothing(case: Case, party: Party) -> Iterator[Finding]:
    """A code says that nobody else has the keys. Who reads the descriptions has those that lie in them."""
    leg = case.leg(party)
    if leg is not None and leg.signalled is not None and not leg.secured:
        detail = f"{party} sees a code, but the keys of its media lie in the signalling: the service holds them"
        yield _say.alarm(Reason.CODE_ON_SERVICE_CALL, leg.name, detail)


def _early(case: Case, statement: EndpointStatement) -> Iterator[Finding]:
    """A lock on the screen before the party could have verified a handshake."""
    leg = case.leg(statement.party)
    first = next((one.time for one in statement.screens if one.screen.indicator is Indicator.LOCK), None)
    if leg is None or first is None:
        return
    if leg.verified_at is not None and first < leg.verified_at:
        early = f"{1000 * (leg.verified_at - first):.0f} ms before its DTLS handshake was verified"
    elif leg.verified_at is None and statement.screen.indicator is not Indicator.LOCK:
        early = "and its DTLS handshake never came to an end"
    else:
        return
    yield _say.alarm(Reason.LOCK_TOO_EARLY, leg.name, f"{statement.party} saw a lock {early}")
