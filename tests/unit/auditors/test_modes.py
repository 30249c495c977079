"""What each party was told against what was decided."""

from __future__ import annotations

import pytest

from harness.auditors.modes import audit
from harness.model.finding import Finding, Reason, Severity
from harness.model.mode import Mode
from harness.model.recording import SignalKind

from .answers import raised
from .stage import ALICE, BOB, Stage, honest_call, service_call


def said(stage: Stage) -> set[tuple[Reason, str]]:
    return {(one.reason, one.vantage) for one in audit(stage.case()) if one.severity is Severity.ALARM}


@pytest.mark.parametrize(("stage", "told"), [(honest_call(), Mode.E2EE), (service_call(), Mode.SERVICE)])
def test_an_honest_service_says_what_was_decided(stage: Stage, told: Mode) -> None:
    (found,) = audit(stage.course(told).case())
    assert (found.reason, found.severity) == (Reason.MODE_AS_DECIDED, Severity.FACT)


def test_a_recording_without_a_word_of_it_was_not_checked() -> None:
    (found,) = audit(honest_call().case())
    assert (found.reason, found.severity) == (Reason.NOT_CHECKED, Severity.FACT)


def test_less_than_was_decided_is_an_alarm_for_whoever_was_told() -> None:
    assert said(honest_call().course(Mode.SERVICE)) == {(Reason.MODE_LOWERED, "alice"), (Reason.MODE_LOWERED, "bob")}
    assert said(honest_call().course(bob=Mode.SERVICE)) == {(Reason.MODE_LOWERED, "bob")}
    assert said(honest_call().course(alice=Mode.CLEAR)) == {(Reason.MODE_LOWERED, "alice")}


def test_more_than_was_decided_is_a_promise_that_nobody_keeps() -> None:
    assert said(service_call().course()) == {(Reason.MODE_RAISED, "alice"), (Reason.MODE_RAISED, "bob")}


def notices(stage: Stage) -> tuple[Finding, ...]:
    return tuple(one for one in audit(stage.case()) if one.severity is Severity.NOTICE)


def test_another_mode_in_the_middle_of_the_call_is_noticed_and_changes_nothing() -> None:
    stage = honest_call().course()
    stage.tell(ALICE, SignalKind.ACCEPT, "service")
    assert [(one.reason, one.vantage) for one in notices(stage)] == [(Reason.MODE_RETOLD, "alice")]
    assert stage.case().mode_of(ALICE) is Mode.E2EE
    assert raised(audit(stage.case())) == set()


def test_the_same_mode_again_tells_nothing() -> None:
    stage = honest_call().course()
    stage.tell(ALICE, SignalKind.ACCEPT, "e2ee")
    assert notices(stage) == ()


def test_what_is_told_before_the_callee_accepts_is_not_for_him() -> None:
    stage = honest_call().course()
    early = next(one for one in stage.signalling if (one.hop, one.direction) == ("bob", "in"))
    message = early.message.model_copy(update={"body": "service"})
    stage.signalling.insert(0, early.model_copy(update={"time": early.time - 1, "message": message}))
    assert raised(audit(stage.case())) == set()
    assert stage.case().mode_of(BOB) is Mode.E2EE


def test_a_changed_policy_is_noticed() -> None:
    stage = honest_call().course()
    stage.tell(BOB, SignalKind.POLICY, "Disabled")
    assert [(one.reason, one.vantage) for one in notices(stage)] == [(Reason.POLICY_CHANGED, "bob")]


@pytest.mark.parametrize("word", ["", "E2EE", "x" * 5_000, "\x1b[2J"])
def test_a_word_that_is_no_mode_brings_nobody_down(word: str) -> None:
    stage = honest_call().course()
    stage.tell(ALICE, SignalKind.ACCEPT, word)
    (found,) = notices(stage)
    assert len(found.detail) < 300 and found.detail.isprintable()
