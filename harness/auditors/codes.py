"""Do both screens show the same code, and does it come from the certificates that DTLS really presented?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from ..codes import teams20
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.statement import EndpointStatement
from ..model.voice import Voice, quoted
from .case import Case

NAME: Final = "codes"

_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Compares the codes of both statements, then recomputes each from the certificates of that party's own leg."""
    shown = {party: screen.code for party, screen in case.shown.items() if screen.code is not None}
    findings = [*_compared(case, shown)]
    digits = case.recording.code_digits
    for party, code in shown.items():
        if not _well_formed(code, digits):
            detail = f"{party} shows {quoted(code)}, which is not {digits} digits"
            findings.append(_say.alarm(Reason.CODE_MALFORMED, party, detail))
        findings.extend(_recomputed(case, party, code))
        findings.extend(_changes(case.statements[party]))
    return tuple(findings)


def _changes(statement: EndpointStatement) -> Iterator[Finding]:
    """A code that changes while the call runs, and whether the screen says so."""
    screens = [one.screen for one in statement.screens if one.screen.code is not None]
    for before, after in pairwise(screens):
        if before.code == after.code or before.code is None or after.code is None:
            continue
        who, change = statement.party, f"from {_printed(before.code)} to {_printed(after.code)}"
        yield _say.notice(Reason.CODE_CHANGED, who, f"the code on {who}'s screen changed {change}")
        if after.notice is None:
            detail = f"the code on {who}'s screen changed {change}, and nothing tells the user"
            yield _say.alarm(Reason.CODE_CHANGE_NOT_ANNOUNCED, who, detail)


def _compared(case: Case, shown: dict[Party, str]) -> Iterator[Finding]:
    if case.silent:
        for party in case.silent:
            yield _say.inconclusive(Reason.STATEMENT_MISSING, party, f"{party} left no statement: no code to compare")
    elif case.unseen:
        for party, why in case.unseen.items():
            yield _say.inconclusive(Reason.STATEMENT_MISSING, party, why)
    elif not shown:
        yield _say.fact(Reason.CODES_ABSENT, CALL_WIDE, "neither screen shows a code")
    elif len(shown) == 1:
        (party,) = shown
        # A party whose peer has refused meanwhile may not have noticed yet.
        say = _say.alarm if case.connected(party.peer) else _say.notice
        detail = f"only {party} shows a code, so there is nothing to compare it with"
        yield say(Reason.CODE_ON_ONE_SIDE, CALL_WIDE, detail)
    else:
        yield _compare(shown[Party.ALICE], shown[Party.BOB])


def _compare(of_alice: str, of_bob: str) -> Finding:
    if of_alice == of_bob:
        return _say.fact(Reason.CODES_EQUAL, CALL_WIDE, f"both screens show {_printed(of_alice)}")
    return _say.alarm(
        Reason.CODES_DIFFER, CALL_WIDE, f"alice reads {_printed(of_alice)} where bob reads {_printed(of_bob)}"
    )


def _recomputed(case: Case, party: Party, code: str) -> Iterator[Finding]:
    """The code must follow from certificates that this party's leg shows; from its statement when none are readable."""
    pairs = _certificates(case, party)
    if pairs is None:
        yield _say.inconclusive(
            Reason.CERTIFICATE_NOT_VISIBLE, party, f"{party} shows a code, but no certificates are at hand to check it"
        )
    elif not pairs or code != code_of(case, party, *pairs[0]):
        if code in {code_of(case, party, own, peer) for own, peer in pairs[1:]}:
            yield _outdated(case, party, code)
            return
        why = "the certificates of its DTLS handshake give another code" if pairs else "DTLS presented no certificates"
        yield _say.alarm(Reason.CODE_NOT_FROM_CERTIFICATES, party, f"{party} shows {_printed(code)}, but {why}")


def _outdated(case: Case, party: Party, code: str) -> Finding:
    """A call that ended over its later handshake never came to have that one's code."""
    leg = case.leg(party)
    settled = leg is None or leg.current is None or case.settled(leg, leg.current)
    say, but = (_say.alarm, "") if settled else (_say.notice, ", and the call ended over the later one")
    detail = f"{party} shows {_printed(code)}, but that is the code of an earlier handshake of this call{but}"
    return say(Reason.CODE_OUTDATED, party, detail)


def _certificates(case: Case, party: Party) -> list[tuple[bytes, bytes]] | None:
    """(own, peer's) certificate of each handshake of this leg, the current one first; None when unreadable."""
    leg = case.leg(party)
    if leg is not None:
        current = () if leg.current is None else (leg.current,)
        pairs = [
            (one.certificates_near[0], one.certificates_far[0])
            for one in (*current, *leg.associations)
            if one.certificates_near and one.certificates_far
        ]
        if pairs or (leg.datagrams and not leg.secured):
            return pairs
    stated = case.statements[party]
    if stated.local_certificate and stated.presented_certificate:
        return [(bytes.fromhex(stated.local_certificate), bytes.fromhex(stated.presented_certificate))]
    return None


def code_of(case: Case, party: Party, own: bytes, peer: bytes) -> str | None:
    caller, callee = (own, peer) if party is Party.ALICE else (peer, own)
    try:
        return teams20.short_code(teams20.thumbprint(caller), teams20.thumbprint(callee), case.recording.code_digits)
    except ValueError:
        return None


def _printed(code: str) -> str:
    return teams20.grouped(code) if _well_formed(code, teams20.DIGITS) else quoted(code)


def _well_formed(code: str, digits: int) -> bool:
    return re.fullmatch(rf"[0-9]{{{digits}}}", code) is not None
