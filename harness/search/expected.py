"""What the scenario of a finding may demand, so that it comes out the same however busy the machine is."""

from __future__ import annotations

from typing import Final

from ..model.alarms import FAILURES
from ..model.expectation import Expectation
from ..model.finding import Reason, Severity
from ..model.verdict import Result
from .property import OUTCOMES, against

_ENDS: Final = frozenset({Reason.CALL_NOT_ESTABLISHED, Reason.CALL_REFUSED, Reason.CALL_LOST})

OVERTAKEN: Final = FAILURES | frozenset(
    {
        # A handshake that one end breaks off has shown the other one everything, or not yet.
        Reason.CERTIFICATE_NOT_ALLOWED,
        Reason.CERTIFICATE_NOT_SIGNALLED,
        Reason.CERTIFICATE_SUBSTITUTED,
        Reason.FINGERPRINT_NOT_COMPARED,
        Reason.HANDSHAKE_ALTERED,
        Reason.KEYS_NOT_SHARED,
        # A description that is under way when somebody hangs up arrives, and is answered, or not.
        Reason.FINGERPRINT_ALTERED,
        Reason.OLD_OFFER_ANSWERED,
        Reason.REOFFER_IGNORED,
        # A screen has changed by then, or not.
        Reason.CODES_DIFFER,
        Reason.CODE_CHANGE_NOT_ANNOUNCED,
        Reason.CODE_NOT_FROM_CERTIFICATES,
        Reason.CODE_ON_ONE_SIDE,
        Reason.CODE_OUTDATED,
        Reason.LOCK_ON_ONE,
        Reason.LOCK_WITHDRAWN,
        Reason.LOCK_WITHOUT_CODE,
        Reason.LOCK_WITHOUT_ENCRYPTION,
        # There were packets enough to say what is in them, or not.
        Reason.FRAME_ON_WIRE,
        Reason.MARKER_ON_WIRE,
        Reason.NOT_RANDOM,
        Reason.PAYLOAD_DECODES,
    }
)
"""What a call that an end gives up shows or does not show, as one end or the other is quicker."""


def given_up(result: Result) -> bool:
    """Whether an end gave the call up, or says so: then two ends, and whoever attacks them, ran for it."""
    return any(found.reason in _ENDS or found.reason in FAILURES for found in result.findings)


def expectation(*results: Result) -> Expectation:
    """What these calls of one plan have shown: alarms of all of them must be raised again, alarms of some may be.

    Of a call that was given up only what does not hang on who was quicker must be. Something must always speak against
    the system: where neither the outcome does nor an alarm that must be raised, one of the alarms that do must be.
    """
    raised = [_alarms(result) for result in results]
    always, ever = frozenset.intersection(*raised), frozenset.union(*raised)
    outcome = results[-1].outcome
    overtaken = OVERTAKEN if any(given_up(result) for result in results) else frozenset()
    because, broken = always - overtaken, frozenset[Reason]().union(*(against(result) for result in results))
    either = frozenset() if outcome in OUTCOMES or because & broken else broken
    also = (ever | overtaken) - because - either
    return Expectation(outcome=outcome, because=_sorted(because), either=_sorted(either), also=_sorted(also))


def _alarms(result: Result) -> frozenset[Reason]:
    return frozenset(found.reason for found in result.findings if found.severity is Severity.ALARM)


def _sorted(reasons: frozenset[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons))
