"""What may come when, at one client: the way of a call, and every message that comes at another time."""

from __future__ import annotations

import pytest

from harness.endpoints.clear import AnyCall
from harness.endpoints.rules import CallRules, Progress, Stage
from harness.model.base import Role
from harness.model.feature import Feature
from harness.model.mode import Mode

RULES = CallRules()
CALLER, CALLEE = (Progress.begun(role) for role in Role)


def accepted(mode: Mode = Mode.E2EE) -> Progress:
    return Progress(Stage.ACCEPTED, mode)


def test_a_callee_rings_accepts_and_is_told_the_mode() -> None:
    ringing = RULES.invited(CALLEE)
    accepting = RULES.picked_up(ringing)
    assert [CALLEE.stage, ringing.stage, accepting.stage] == [Stage.IDLE, Stage.RINGING, Stage.ACCEPTING]
    assert RULES.accepted(accepting, "e2ee") == accepted()


@pytest.mark.parametrize(("word", "mode"), [("e2ee", Mode.E2EE), ("service", Mode.SERVICE)])
def test_a_caller_waits_for_the_acceptance_and_describes_itself_in_the_mode_it_is_told(word: str, mode: Mode) -> None:
    assert CALLER.stage is Stage.CALLING
    assert RULES.describing(CALLER) is None
    assert RULES.describing(RULES.accepted(CALLER, word)) is mode


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.ACCEPTED])
def test_nothing_of_the_network_is_told_before_the_call_is_accepted(stage: Stage) -> None:
    assert RULES.describing(Progress(stage)) is None


@pytest.mark.parametrize("stage", [Stage.IDLE, Stage.RINGING])
def test_nobody_but_its_own_user_accepts_for_a_callee(stage: Stage) -> None:
    assert RULES.accepted(Progress(stage), "e2ee") == Progress(stage)


@pytest.mark.parametrize("word", ["service", "e2ee", "clear", "nonsense"])
def test_what_was_decided_stays_whatever_is_said_later(word: str) -> None:
    assert RULES.accepted(accepted(), word) == accepted()


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.IDLE])
def test_a_second_invitation_changes_nothing(stage: Stage) -> None:
    assert RULES.invited(Progress(stage)) == Progress(stage)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.RINGING])
def test_only_a_call_that_rings_can_be_picked_up(stage: Stage) -> None:
    assert RULES.picked_up(Progress(stage)) == Progress(stage)


@pytest.mark.parametrize("word", ["", "clear", "E2EE", "e2ee ", "x" * 5_000, "\x1b[2J"])
def test_a_kind_of_call_that_it_does_not_make_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="which is none") as refused:
        RULES.accepted(CALLER, word)
    assert len(str(refused.value)) < 400


def test_the_endpoint_without_encryption_makes_a_call_of_each_kind() -> None:
    for mode in Mode:
        assert AnyCall().accepted(CALLER, mode) == accepted(mode)


@pytest.mark.parametrize("feature", Feature)
def test_the_service_may_turn_a_feature_on_where_it_holds_the_keys_and_nowhere_else(feature: Feature) -> None:
    assert RULES.allows(accepted(Mode.SERVICE), feature)
    assert not RULES.allows(accepted(), feature)
    assert not RULES.allows(CALLER, feature)
