"""Was each party told the kind of call that the policies, toggles and devices of both make it, and nothing else later?

What was decided is in the recording. A service that says less takes the lock away, and the screens say so; one that
says more promises what it does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.mode import Mode
from ..model.recording import SignalKind
from ..model.voice import Voice, quoted
from .case import Case
from .course import heard, mode_told, modes_heard

NAME: Final = "modes"

_SHOWN: Final = 40
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each party by itself."""
    findings = [found for party in Party for found in _party(case, party)]
    if not findings:
        told = all(mode_told(case.signalling, party) is not None for party in Party)
        detail = f"both were told that this is a call of the kind {case.recording.mode}, as was decided"
        silent = "the recording does not say what both were told"
        findings.append(
            _say.fact(Reason.MODE_AS_DECIDED, CALL_WIDE, detail)
            if told
            else _say.fact(Reason.NOT_CHECKED, CALL_WIDE, silent)
        )
    return tuple(findings)


def _party(case: Case, party: Party) -> Iterator[Finding]:
    decided, told = case.recording.mode, mode_told(case.signalling, party)
    if told is not None and told is not decided:
        raised = told is Mode.E2EE
        reason = Reason.MODE_RAISED if raised else Reason.MODE_LOWERED
        yield _say.alarm(reason, party, f"{party} was told {told} where the policies of both make it {decided}")
    later = [word for word in modes_heard(case.signalling, party)[1:] if told is None or word != told.value]
    if later:
        detail = f"{party} was told {quoted(later[0], _SHOWN)} when the call had been accepted as {told or 'nothing'}"
        yield _say.notice(Reason.MODE_RETOLD, party, detail)
    if heard(case.signalling, party, SignalKind.POLICY):
        detail = f"{party} was told during the call that its policy has changed"
        yield _say.notice(Reason.POLICY_CHANGED, party, detail)
