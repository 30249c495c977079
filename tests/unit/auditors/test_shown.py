"""Two screens are compared as they were while the call had two ends: how each of them empties afterwards is no fact."""

from __future__ import annotations

import pytest

from harness.auditors import codes, indicator, screens
from harness.auditors.shown import SOON
from harness.model.finding import Finding, Reason, Severity
from harness.model.statement import Failure, Indicator, Screen, ScreenMoment

from .answers import raised
from .stage import ALICE, BOB, Stage, honest_call

GONE = Failure(reason=Reason.REMOTE_HUNG_UP, detail="the peer ended DTLS with close_notify")


def emptied(stage: Stage, ago: float, over: float | None) -> None:
    """Bob's screen empties so many seconds before alice's call is over, which it is at `over`, or stays up."""
    empty = Screen(indicator=Indicator.NONE, code=None, peer="Alice")
    for party in (ALICE, BOB):
        locked = ScreenMoment(time=stage.now - 5e-3, screen=stage.statements[party].screen)
        stage.state(party, screens=(locked,))
    if over is not None:
        gone = ScreenMoment(time=over, screen=empty.model_copy(update={"peer": "Bob"}))
        stage.state(ALICE, failure=GONE, screens=(*stage.statements[ALICE].screens, gone))
    # A screen cannot empty before it was full.
    since = max((over or stage.now) - ago, stage.now - 4e-3)
    gone = ScreenMoment(time=since, screen=empty)
    stage.state(BOB, screen=empty, screens=(*stage.statements[BOB].screens, gone))


def found(stage: Stage) -> tuple[Finding, ...]:
    case = stage.case()
    return (*indicator.audit(case), *codes.audit(case), *screens.audit(case))


@pytest.mark.parametrize("ago", [-10, -0.1, 0, SOON / 2, SOON])
def test_a_screen_that_empties_when_the_other_ones_call_is_over_counts_as_it_was(ago: float) -> None:
    stage = honest_call()
    emptied(stage, ago, over=stage.now + 30)
    facts = raised(found(stage), Severity.FACT)
    assert {Reason.LOCK_ON_BOTH, Reason.CODES_EQUAL} <= facts
    assert raised(found(stage)) == set()


@pytest.mark.parametrize("ago", [SOON + 0.01, 20])
def test_one_that_was_empty_before_that_leaves_the_other_one_with_a_lock_alone(ago: float) -> None:
    stage = honest_call()
    emptied(stage, ago, over=stage.now + 30)
    assert raised(found(stage)) == {Reason.LOCK_ON_ONE, Reason.CODE_ON_ONE_SIDE, Reason.LOCK_WITHDRAWN}


def test_an_empty_screen_beside_a_call_that_goes_on_is_a_lock_on_one() -> None:
    stage = honest_call()
    emptied(stage, 0, over=None)
    assert raised(found(stage)) == {Reason.LOCK_ON_ONE, Reason.CODE_ON_ONE_SIDE, Reason.LOCK_WITHDRAWN}


def test_a_plain_shield_is_no_way_in_which_a_call_ends() -> None:
    stage = honest_call()
    emptied(stage, 0, over=stage.now + 30)
    plain = Screen(indicator=Indicator.PLAIN, code=None, peer="Alice")
    *before, last = stage.statements[BOB].screens
    stage.state(BOB, screen=plain, screens=(*before, last.model_copy(update={"screen": plain})))
    assert raised(found(stage)) == {Reason.LOCK_ON_ONE, Reason.CODE_ON_ONE_SIDE, Reason.LOCK_WITHDRAWN}


def test_what_was_shown_then_is_held_against_the_wire_all_the_same() -> None:
    stage = honest_call()
    stage.show(BOB, code="1" * 20)
    emptied(stage, 0, over=stage.now + 30)
    assert {Reason.CODES_DIFFER, Reason.CODE_NOT_FROM_CERTIFICATES} <= raised(found(stage))


def test_a_screen_that_was_never_full_has_nothing_else_to_count() -> None:
    stage = honest_call()
    emptied(stage, 0, over=stage.now + 30)
    stage.state(BOB, screens=stage.statements[BOB].screens[1:])
    assert {Reason.LOCK_ON_ONE, Reason.CODE_ON_ONE_SIDE} <= raised(found(stage))
