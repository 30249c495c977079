"""Two ends need two recordings: a copy of the one is no recording of the other."""

from __future__ import annotations

from copy import deepcopy

import pytest

from harness.auditors.establishment import audit
from harness.model.finding import Reason, Severity

from .answers import detail, raised
from .stage import ALICE, BOB, Stage, honest_call, intercepted_call, processed_call, refused_call


def with_a_copy(shift: float = 0.0) -> Stage:
    """Bob's leg is Alice's, turned round: what a file shows that is read once from each end."""
    stage = honest_call()
    stage.wire[BOB] = deepcopy(stage.wire[ALICE])
    for frame in stage.wire[BOB]:
        frame.outward, frame.time = not frame.outward, frame.time + shift
    return stage


@pytest.mark.parametrize("shift", [0.0, 0.002, -0.002])
def test_one_recording_that_stands_for_both_ends_is_no_look_at_the_other_end(shift: float) -> None:
    findings = audit(with_a_copy(shift).case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.CAPTURE_COPIED}
    assert detail(findings, Reason.CAPTURE_COPIED).startswith("alice-bob and bob-alice are one recording, not two: ")


def test_a_copy_from_which_something_is_missing_is_still_a_copy() -> None:
    stage = with_a_copy()
    del stage.wire[BOB][3:20]
    assert Reason.CAPTURE_COPIED in raised(audit(stage.case()), Severity.INCONCLUSIVE)


@pytest.mark.parametrize("made", [honest_call, intercepted_call, processed_call, refused_call])
def test_two_recordings_of_one_call_are_two(made: object) -> None:
    assert not raised(audit(made().case()), Severity.INCONCLUSIVE)  # type: ignore[operator]


def test_what_went_one_way_only_may_have_taken_the_same_time_each_time() -> None:
    stage = refused_call()
    for _ in range(3):
        stage.send(ALICE, b"a check")
    assert not raised(audit(stage.case()), Severity.INCONCLUSIVE)
