"""Do both screens show the same code, and does it come from the certificates that DTLS really presented?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..codes import teams20
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, quoted
from .case import Case

NAME: Final = "codes"

_say = Voice(NAME)
_WELL_FORMED: Final = re.compile(r"[0-9]{20}")


def audit(case: Case) -> tuple[Finding, ...]:
    """Compares the codes of both statements, then recomputes each from the certificates of that party's own leg."""
    shown = {party: one.screen.code for party, one in case.statements.items() if one.screen.code is not None}
    findings = [*_compared(case, shown)]
    for party, code in shown.items():
        if _WELL_FORMED.fullmatch(code) is None:
            findings.append(
                _say.alarm(Reason.CODE_MALFORMED, party, f"{party} shows {quoted(code)}, which is not 20 digits")
            )
        findings.extend(_recomputed(case, party, code))
    return tuple(findings)


def _compared(case: Case, shown: dict[Party, str]) -> Iterator[Finding]:
    if case.silent:
        for party in case.silent:
            yield _say.inconclusive(Reason.STATEMENT_MISSING, party, f"{party} left no statement: no code to compare")
    elif not shown:
        yield _say.fact(Reason.CODES_ABSENT, CALL_WIDE, "neither screen shows a code")
    elif len(shown) == 1:
        (party,) = shown
        yield _say.alarm(
            Reason.CODE_ON_ONE_SIDE, CALL_WIDE, f"only {party} shows a code, so there is nothing to compare it with"
        )
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
    elif code not in {_code(party, own, peer) for own, peer in pairs}:
        why = "the certificates of its DTLS handshake give another code" if pairs else "DTLS presented no certificates"
        detail = f"{party} shows {_printed(code)}, but {why}"
        yield _say.alarm(Reason.CODE_NOT_FROM_CERTIFICATES, party, detail)


def _certificates(case: Case, party: Party) -> list[tuple[bytes, bytes]] | None:
    """(own, peer's) certificate of each handshake of this leg; empty when there was none; None when unreadable."""
    leg = case.leg(party)
    if leg is not None:
        pairs = [
            (one.certificates_near[0], one.certificates_far[0])
            for one in leg.associations
            if one.certificates_near and one.certificates_far
        ]
        if pairs or (leg.datagrams and not leg.secured):
            return pairs
    stated = case.statements[party]
    if stated.local_certificate and stated.presented_certificate:
        return [(_der(stated.local_certificate), _der(stated.presented_certificate))]
    return None


def _der(text: str) -> bytes:
    """A stated certificate. What is not hex is no certificate, and no code can come from it."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _code(party: Party, own: bytes, peer: bytes) -> str | None:
    caller, callee = (own, peer) if party is Party.ALICE else (peer, own)
    try:
        return teams20.code(teams20.thumbprint(caller), teams20.thumbprint(callee))
    except ValueError:
        return None


def _printed(code: str) -> str:
    return teams20.grouped(code) if _WELL_FORMED.fullmatch(code) else quoted(code)
