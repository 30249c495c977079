"""What counts as found, as a table: outcomes, alarms that speak against an endpoint, and what never does."""

from __future__ import annotations

import pytest

from harness.model.finding import Reason, Severity
from harness.model.verdict import Outcome, Status
from harness.search.property import INDICTING, OUTCOMES, OWN, WHEN_UP, against, unseeing, violation

from .world import finding, result

UP = finding(Reason.CALL_ESTABLISHED, Severity.FACT)
DOWN = finding(Reason.CALL_NOT_ESTABLISHED, Severity.FACT)

ADVERSARYS_DOING = {
    Reason.CODES_DIFFER,
    Reason.CERTIFICATE_NOT_SIGNALLED,
    Reason.CERTIFICATE_SUBSTITUTED,
    Reason.FINGERPRINT_ALTERED,
    Reason.FINGERPRINT_MISMATCH,
    Reason.KEYS_NOT_SHARED,
    Reason.SDP_REJECTED,
    Reason.ICE_FAILED,
    Reason.DTLS_ERROR,
    Reason.CONNECTION_LOST,
    Reason.REMOTE_HUNG_UP,
    Reason.REOFFER_IGNORED,
}
"""Alarms that an adversary raises on a system without a fault, or by a known deviation of the stack."""


@pytest.mark.parametrize("outcome", Outcome)
def test_the_outcomes_that_break_the_promise_of_the_screens(outcome: Outcome) -> None:
    broken = violation(result(outcome, [UP]))
    wanted = outcome in {Outcome.BREACH, Outcome.FALSE_ALARM, Outcome.MISBOUND}
    assert (broken is not None) is wanted
    assert set(OUTCOMES) == {Outcome.BREACH, Outcome.FALSE_ALARM, Outcome.MISBOUND}


@pytest.mark.parametrize("reason", INDICTING)
@pytest.mark.parametrize("outcome", [Outcome.SECURE, Outcome.BLOCKED, Outcome.DETECTED, Outcome.DEGRADED])
def test_an_alarm_against_an_endpoint_counts_whatever_became_of_the_call(reason: Reason, outcome: Outcome) -> None:
    broken = violation(result(outcome, [DOWN, finding(reason)]))
    assert broken is not None
    assert (broken.name, broken.why, broken.detail) == (reason.value, INDICTING[reason], "alice: it says so")


@pytest.mark.parametrize("reason", [*INDICTING, *WHEN_UP, *OWN])
@pytest.mark.parametrize("severity", [Severity.FACT, Severity.NOTICE, Severity.INCONCLUSIVE])
def test_what_is_no_alarm_is_no_violation(reason: Reason, severity: Severity) -> None:
    assert violation(result(findings=[UP, finding(reason, severity, "history")])) is None


@pytest.mark.parametrize("reason", WHEN_UP)
def test_what_anybody_can_offer_counts_when_the_call_came_up_with_it(reason: Reason) -> None:
    assert violation(result(Outcome.BLOCKED, [DOWN, finding(reason)])) is None
    for end in (Reason.CALL_REFUSED, Reason.CALL_LOST):
        assert violation(result(Outcome.BLOCKED, [UP, finding(end, Severity.FACT), finding(reason)])) is None
    assert violation(result(Outcome.SECURE, [UP, finding(reason)])) is not None


def test_a_certificate_of_an_earlier_call_counts_and_one_that_was_presented_twice_does_not() -> None:
    assert violation(result(findings=[UP, finding(Reason.CERTIFICATE_REUSED, auditor="history")])) is not None
    assert violation(result(findings=[UP, finding(Reason.CERTIFICATE_REUSED, auditor="parameters")])) is None


@pytest.mark.parametrize("reason", sorted(ADVERSARYS_DOING))
def test_what_an_adversary_can_bring_about_is_no_violation(reason: Reason) -> None:
    assert violation(result(Outcome.BLOCKED, [UP, finding(reason)])) is None


def test_no_reason_is_listed_twice_and_each_is_explained() -> None:
    assert not set(INDICTING) & (set(WHEN_UP) | set(OWN))
    assert all(len(why.split()) > 3 for why in (*INDICTING.values(), *WHEN_UP.values()))


@pytest.mark.parametrize("status", [Status.ERROR, Status.NOT_RUN])
def test_a_call_that_could_not_be_held_was_not_seen(status: Status) -> None:
    assert unseeing(result(Outcome.UNKNOWN, status=status)) is not None


def test_a_call_at_which_an_auditor_could_not_look_was_not_seen() -> None:
    blind = unseeing(result(findings=[UP, finding(Reason.KEYS_MISSING, Severity.INCONCLUSIVE)]))
    assert blind == "auditor: keys-missing at alice: it says so"
    assert unseeing(result(Outcome.BLOCKED, [DOWN], Status.UNEXPECTED)) is None


def test_a_call_whose_outcome_has_no_name_was_not_seen() -> None:
    assert unseeing(result(Outcome.UNKNOWN, [UP], Status.UNEXPECTED)) is not None


def test_every_alarm_that_speaks_against_the_system_is_told_and_no_other() -> None:
    raised = [finding(Reason.KEY_ON_WIRE), finding(Reason.VERSION_NOT_ALLOWED), finding(Reason.CODES_DIFFER)]
    assert against(result(findings=[UP, *raised])) == {Reason.KEY_ON_WIRE, Reason.VERSION_NOT_ALLOWED}
    assert against(result(findings=[DOWN, *raised])) == {Reason.KEY_ON_WIRE}
