"""Everything the screens showed, not only the last of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.auditors.case import Case
from harness.auditors.screens import audit
from harness.model.finding import Reason, Severity
from harness.model.statement import Failure, Indicator, Screen, ScreenMoment

from .answers import raised
from .stage import ALICE, BOB, STARTED, Stage, honest_call, refused_call, taken_call


def told(stage: Stage, *before: Screen, after: tuple[Screen, ...] = ()) -> Case:
    """The case of a call in which alice's screen showed these, then its screen, then those; bob's only its screen."""
    for party in (ALICE, BOB):
        shown = (*before, stage.statements[party].screen, *after) if party is ALICE else (stage.statements[BOB].screen,)
        # The screens come after the handshake, which is at the beginning of the staged call.
        moments = tuple(
            ScreenMoment(time=stage.now - 1e-4 * (len(shown) - at), screen=one) for at, one in enumerate(shown)
        )
        stage.state(party, screens=moments)
    return stage.case()


def with_clock(case: Case) -> Case:
    recording = case.recording
    return replace(
        case, recording=recording.model_copy(update={"monotonic_seconds": recording.ended - recording.started})
    )


def screen(**changes: Any) -> Screen:
    return honest_call().statements[ALICE].screen.model_copy(update=changes)


def test_one_screen_for_the_whole_call_is_consistent() -> None:
    (found,) = audit(told(honest_call()))
    assert (found.reason, found.severity) == (Reason.SCREENS_CONSISTENT, Severity.FACT)


def test_a_false_code_that_was_put_right_was_still_shown() -> None:
    assert raised(audit(told(honest_call(), screen(code="1" * 20)))) == {Reason.CODE_NOT_FROM_CERTIFICATES}


def test_a_code_from_before_the_handshake_comes_from_no_certificate() -> None:
    stage = honest_call()
    told(stage)
    early = ScreenMoment(time=STARTED, screen=stage.statements[ALICE].screen)
    stage.state(ALICE, screens=(early, *stage.statements[ALICE].screens))
    assert raised(audit(stage.case())) == {Reason.CODE_NOT_FROM_CERTIFICATES}


def test_a_lock_that_is_taken_back_is_an_alarm() -> None:
    stage = honest_call()
    locked = stage.statements[ALICE].screen
    stage.show(ALICE, indicator=Indicator.PLAIN, code=None)
    assert raised(audit(told(stage, locked))) == {Reason.LOCK_WITHDRAWN}


def test_a_lock_that_goes_with_the_call_is_not() -> None:
    stage = honest_call()
    stage.state(ALICE, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="bye"))
    empty = screen(indicator=Indicator.NONE, code=None)
    assert raised(audit(told(stage, after=(empty,)))) == set()


def test_of_a_call_that_failed_before_its_screen_changed_the_one_screen_is_looked_at() -> None:
    stage = honest_call()
    stage.state(ALICE, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="bye"))
    assert raised(audit(told(stage))) == set()
    stage.show(ALICE, code="1" * 20)
    assert raised(audit(told(stage))) == {Reason.CODE_NOT_FROM_CERTIFICATES}


def test_who_was_never_connected_need_not_tell_of_any_screen() -> None:
    (found,) = audit(refused_call().case())
    assert (found.reason, found.severity) == (Reason.SCREENS_CONSISTENT, Severity.FACT)


def test_a_name_that_was_put_right_was_still_shown() -> None:
    assert raised(audit(told(honest_call(), screen(peer="Mallory")))) == {Reason.WRONG_PEER_NAME}


def test_whose_device_only_rang_need_not_be_named_on_the_screen_of_a_call_that_was_taken_elsewhere() -> None:
    stage = taken_call()
    stage.show(ALICE, peer="Voicemail")
    assert raised(audit(stage.case())) == set()


def test_the_screen_must_be_the_last_one_of_the_history() -> None:
    assert raised(audit(told(honest_call(), after=(screen(notice="another one"),)))) == {Reason.SCREENS_CONTRADICT}


def test_a_connected_endpoint_that_tells_of_no_screen_cannot_be_judged() -> None:
    stage = honest_call()
    case = told(stage)
    silent = case.statements[BOB].model_copy(update={"screens": ()})
    findings = audit(replace(case, statements={**case.statements, BOB: silent}))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}


def test_an_old_recording_without_histories_was_not_looked_at() -> None:
    case = honest_call().case()
    silent = {party: one.model_copy(update={"screens": ()}) for party, one in case.statements.items()}
    recording = case.recording.model_copy(update={"monotonic_seconds": None})
    (found,) = audit(replace(case, statements=silent, recording=recording))
    assert (found.reason, found.severity) == (Reason.NOT_CHECKED, Severity.FACT)


def test_screens_whose_stamps_run_backwards_are_no_evidence() -> None:
    stage = honest_call()
    shown = [ScreenMoment(time=stage.now - ago, screen=stage.statements[BOB].screen) for ago in (1e-4, 2e-4)]
    stage.state(BOB, screens=tuple(shown))
    assert Reason.CLOCK_SKEWED in raised(audit(stage.case()), Severity.INCONCLUSIVE)
    stage.state(BOB, screens=tuple(reversed(shown)))
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()


@pytest.mark.parametrize("time", [STARTED - 10, STARTED + 1e6])
def test_screens_outside_of_the_call_are_no_evidence(time: float) -> None:
    stage = honest_call()
    told(stage)
    stage.state(BOB, screens=(ScreenMoment(time=time, screen=stage.statements[BOB].screen),))
    assert Reason.CLOCK_SKEWED in raised(audit(stage.case()), Severity.INCONCLUSIVE)
