"""What a written scenario demands: all that a quiet call showed; of a race, nothing that hangs on who was quicker."""

from __future__ import annotations

import pytest

from harness.judge import judge
from harness.model.alarms import ALARMS, FAILURES
from harness.model.finding import Finding, Reason, Severity
from harness.model.ground_truth import GroundTruth
from harness.model.verdict import Outcome, Result, Status
from harness.search.expected import OVERTAKEN, expectation, given_up
from harness.search.property import INDICTING

from .world import finding, result

UP = finding(Reason.CALL_ESTABLISHED, Severity.FACT)
DOWN = finding(Reason.CALL_NOT_ESTABLISHED, Severity.FACT)
REFUSED = finding(Reason.CALL_REFUSED, Severity.FACT)
SCREENS = (finding(Reason.LOCK_ON_BOTH, Severity.FACT), finding(Reason.CODES_EQUAL, Severity.FACT))
UNTOUCHED = GroundTruth.model_validate({"adversary": "script", "required": (), "deeds": {}, "markers": ()})


def call(outcome: Outcome, *reasons: Reason, said: tuple[Finding, ...] = (UP,)) -> Result:
    return result(outcome, [*said, *map(finding, reasons)])


def status(expected_of: tuple[Result, ...], shown: Result) -> Status:
    """What becomes of the written scenario when the call shows this."""
    return judge(expectation(*expected_of), UNTOUCHED, (), (*SCREENS, *shown.findings), {}).status


def test_alarms_of_both_calls_are_demanded_and_alarms_of_one_are_tolerated() -> None:
    merged = expectation(
        call(Outcome.BREACH, Reason.KEY_ON_WIRE, Reason.UNKNOWN_BYTES), call(Outcome.BREACH, Reason.KEY_ON_WIRE)
    )
    assert (merged.because, merged.either, merged.also) == ((Reason.KEY_ON_WIRE,), (), (Reason.UNKNOWN_BYTES,))


@pytest.mark.parametrize(
    "word",
    [
        DOWN,
        REFUSED,
        finding(Reason.CALL_LOST, Severity.FACT),
        *(finding(reason, severity) for reason in FAILURES for severity in (Severity.ALARM, Severity.NOTICE)),
    ],
)
def test_a_call_that_an_end_gave_up_is_told_by_any_word_of_it(word: Finding) -> None:
    assert given_up(result(findings=[word]))
    assert not given_up(result(findings=[UP, finding(Reason.CODES_DIFFER)]))


TOO_EARLY = (Reason.LOCK_TOO_EARLY, Reason.CERTIFICATE_NOT_SIGNALLED, Reason.FINGERPRINT_MISMATCH)
SLOW = call(
    Outcome.BLOCKED,
    *(*TOO_EARLY, Reason.LOCK_WITHOUT_CODE, Reason.CERTIFICATE_SUBSTITUTED, Reason.KEYS_NOT_SHARED),
    said=(DOWN,),
)
QUICK = call(Outcome.BLOCKED, *TOO_EARLY, Reason.LOCK_WITHOUT_CODE, Reason.LOCK_WITHOUT_ENCRYPTION, said=(DOWN,))
"""Two calls as they were made on a busy machine: a lock that is shown too early, and somebody who ends DTLS. Whether
the one end has refused before the other one has seen a certificate, nobody knows."""


@pytest.mark.parametrize("shown", [SLOW, QUICK])
def test_a_race_comes_out_the_same_whoever_is_quicker(shown: Result) -> None:
    assert status((SLOW, SLOW), shown) is Status.AS_EXPECTED
    assert status((QUICK, QUICK), shown) is Status.AS_EXPECTED


def test_a_race_in_which_the_fault_is_gone_is_not_as_expected() -> None:
    gone = call(Outcome.BLOCKED, Reason.CERTIFICATE_NOT_SIGNALLED, Reason.FINGERPRINT_MISMATCH, said=(DOWN,))
    assert status((SLOW, SLOW), gone) is Status.WRONG_REASON


def test_nor_is_one_in_which_something_else_speaks_against_the_system() -> None:
    worse = call(Outcome.BLOCKED, *TOO_EARLY, Reason.KEYS_IN_SIGNALLING, said=(DOWN,))
    assert status((SLOW, SLOW), worse) is Status.WRONG_REASON


def test_where_all_that_speaks_against_the_system_hangs_on_the_race_one_of_it_must_be_raised() -> None:
    ran = call(Outcome.BLOCKED, Reason.FINGERPRINT_NOT_COMPARED, Reason.FINGERPRINT_MISMATCH, said=(UP, REFUSED))
    withdrawn = call(Outcome.BLOCKED, Reason.LOCK_WITHDRAWN, Reason.FINGERPRINT_MISMATCH, said=(UP, REFUSED))
    merged = expectation(ran, withdrawn)
    assert merged.because == ()
    assert set(merged.either) == {Reason.FINGERPRINT_NOT_COMPARED, Reason.LOCK_WITHDRAWN}
    for shown in (ran, withdrawn):
        assert status((ran, withdrawn), shown) is Status.AS_EXPECTED
    quiet = call(Outcome.BLOCKED, Reason.FINGERPRINT_MISMATCH, said=(UP, REFUSED))
    assert status((ran, withdrawn), quiet) is Status.WRONG_REASON


GIVEN, ANSWERED = (call(Outcome.SECURE, reason) for reason in (Reason.ROLE_GIVEN_UP, Reason.UNPROVED_CHECK_ANSWERED))
"""Two calls of one plan, in which chance had something else speak against the system each time."""


def test_calls_that_came_up_and_have_no_alarm_in_common_demand_one_of_those_that_they_had() -> None:
    for shown in (GIVEN, ANSWERED):
        assert status((GIVEN, ANSWERED), shown) is Status.AS_EXPECTED
    assert status((GIVEN, ANSWERED), call(Outcome.SECURE)) is Status.WRONG_REASON


def test_nor_is_it_enough_to_have_an_alarm_in_common_that_an_adversary_raises() -> None:
    key, pad, neither = (
        call(Outcome.DETECTED, Reason.CODES_DIFFER, *more)
        for more in ((Reason.KEY_ON_WIRE,), (Reason.TWO_TIME_PAD,), ())
    )
    merged = expectation(key, pad)
    assert (merged.because, set(merged.either)) == ((Reason.CODES_DIFFER,), {Reason.KEY_ON_WIRE, Reason.TWO_TIME_PAD})
    assert expectation(key, neither).either == (Reason.KEY_ON_WIRE,)


def test_of_an_outcome_that_breaks_the_promise_by_itself_no_single_alarm_need_be_demanded() -> None:
    breach = call(Outcome.BREACH, Reason.KEYS_NOT_SHARED, Reason.CODE_OUTDATED, said=(UP, REFUSED))
    merged = expectation(breach, breach)
    assert (merged.outcome, merged.because, merged.either) == (Outcome.BREACH, (), ())
    assert set(merged.also) == OVERTAKEN
    up = expectation(call(Outcome.BREACH, Reason.KEY_ON_WIRE), call(Outcome.BREACH, Reason.TWO_TIME_PAD))
    assert (up.outcome, up.because, up.either) == (Outcome.BREACH, (), ())


def test_what_hangs_on_a_race_are_alarms_and_not_what_an_end_does_before_it() -> None:
    assert FAILURES < OVERTAKEN < ALARMS
    done_before = {Reason.LOCK_TOO_EARLY, Reason.MEDIA_BEFORE_ACCEPT, Reason.KEY_ON_WIRE, Reason.PLAINTEXT_ON_WIRE}
    assert done_before < INDICTING.keys() - OVERTAKEN
