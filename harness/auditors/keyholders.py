"""Who was handed the keys of the media? Whoever carries a description that holds one can decrypt (RFC 4568 section 1).

In an ordinary call that is what the service is for, and the screen says so. In a call between two devices only, no
key of theirs may ever be in the signalling (RFC 8827 section 6.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.mode import Mode
from ..model.voice import Voice, counted
from .case import Case
from .signalled import bodies_received, bodies_sent

NAME: Final = "keyholders"
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """The descriptions that each party sent, and those that reached it."""
    findings = [found for party in Party for found in _party(case, party)]
    if not findings:
        detail = "no description has an a=crypto line"
        findings.append(_say.fact(Reason.KEYS_NOT_IN_SIGNALLING, CALL_WIDE, detail))
    return tuple(findings)


def _party(case: Case, party: Party) -> Iterator[Finding]:
    sent = _crypto_lines(bodies_sent(case.signalling, party))
    if sent:
        told = f"{party} put {counted(len(sent), 'media key')} into its descriptions"
        if case.mode_of(party) is Mode.SERVICE:
            detail = f"{told}, as in any ordinary call: the service can decrypt"
            yield _say.notice(Reason.KEYS_IN_SIGNALLING, party, detail)
        else:
            detail = f"{told}: whoever carries them can decrypt"
            yield _say.alarm(Reason.KEYS_IN_SIGNALLING, party, detail)
    added = _crypto_lines(bodies_received(case.signalling, party.peer)) - sent
    if added and case.through_service:
        detail = f"{party.peer} was given {counted(len(added), 'media key')} of the service's own for what it receives"
        yield _say.notice(Reason.KEYS_IN_SIGNALLING, party.peer, detail)
    elif added:
        detail = f"{party.peer} was told {counted(len(added), 'media key')} that {party} never sent"
        yield _say.notice(Reason.KEYS_IN_SIGNALLING, party.peer, detail)


def _crypto_lines(bodies: Iterable[str]) -> set[str]:
    """Every such line, whether or not anybody can use it: what it holds may be a key all the same."""
    return {line for body in bodies for line in body.splitlines() if line.startswith("a=crypto")}
