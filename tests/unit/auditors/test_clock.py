"""A clock that jumps during a call is seen: against a clock that cannot be set, and against the call's own ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.auditors.case import Case
from harness.auditors.clock import TOLERATED
from harness.auditors.establishment import audit
from harness.model.finding import Finding, Reason, Severity

from .answers import raised
from .stage import ALICE, BOB, Frame, Stage, honest_call

HOUR = 3600.0


def skewed(case: Case) -> list[Finding]:
    return [finding for finding in audit(case) if finding.reason is Reason.CLOCK_SKEWED]


def recorded(stage: Stage, **changes: Any) -> Case:
    case = stage.case()
    return replace(case, recording=case.recording.model_copy(update=changes))


def test_a_clock_that_nobody_touched_raises_nothing() -> None:
    assert raised(audit(honest_call().case()), Severity.INCONCLUSIVE) == set()


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 1.1 * TOLERATED, -1.1 * TOLERATED])
def test_a_clock_that_was_set_disagrees_with_the_one_that_cannot_be(jump: float) -> None:
    stage = honest_call()
    took = stage.case().recording.monotonic_seconds
    assert took is not None
    [finding] = skewed(
        recorded(stage, monotonic_seconds=took + 10 * TOLERATED + jump, ended=stage.now + 10 * TOLERATED)
    )
    assert (finding.severity, finding.vantage) == (Severity.INCONCLUSIVE, "call")
    assert "by the clock of the day" in finding.detail


@pytest.mark.parametrize("drift", [0.9 * TOLERATED, -0.9 * TOLERATED])
def test_a_clock_that_is_turned_slowly_is_tolerated(drift: float) -> None:
    stage = honest_call()
    took = stage.case().recording.monotonic_seconds
    assert took is not None
    assert skewed(recorded(stage, monotonic_seconds=took + TOLERATED + drift, ended=stage.now + TOLERATED)) == []


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_packets_that_are_stamped_outside_the_call_are_found_though_the_clock_was_set_back(jump: float) -> None:
    stage = honest_call()
    middle = len(stage.wire[BOB]) // 2
    for number in (middle, middle + 1):
        frame = stage.wire[BOB][number]
        stage.wire[BOB][number] = replace(frame, time=frame.time + jump)
    [finding] = skewed(stage.case())
    assert finding.vantage == "bob-alice"
    assert finding.detail.startswith("2 packets at a time when the call was not")
    assert finding.detail.endswith(f"frame {middle + 1}")


def test_packets_that_go_back_in_time_within_the_call_are_found() -> None:
    stage = honest_call()
    stage.now += 10 * TOLERATED
    last = stage.wire[ALICE][-1]
    stage.wire[ALICE] += [replace(last, time=last.time + 5 * TOLERATED), replace(last, time=last.time)]
    [finding] = skewed(stage.case())
    assert f"frame {len(stage.wire[ALICE])} is stamped 5.000 s before the one in front of it" in finding.detail


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_messages_that_are_stamped_outside_the_call_are_found(jump: float) -> None:
    stage = honest_call()
    entry = stage.signalling[-1]
    stage.signalling[-1] = entry.model_copy(update={"time": entry.time + jump})
    [finding] = skewed(stage.case())
    assert (finding.severity, finding.vantage) == (Severity.INCONCLUSIVE, entry.hop)
    assert "1 message" in finding.detail


def test_a_recording_without_the_second_clock_says_that_it_was_not_looked_at() -> None:
    findings = audit(recorded(honest_call(), monotonic_seconds=None))
    assert raised(findings, Severity.NOTICE) == {Reason.NOT_CHECKED}
    assert raised(findings, Severity.INCONCLUSIVE) == set()


def test_a_leg_without_packets_has_no_time() -> None:
    stage = honest_call()
    stage.wire[ALICE] = list[Frame]()
    assert skewed(stage.case()) == []
