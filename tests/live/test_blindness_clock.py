"""The clock of the day is set in the middle of a call: whatever was stamped by it leaves the verdict open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.live_call import LiveCall
from harness.model.verdict import Status
from harness.vantage.tap import LegTap

from .sabotage import Harm, inconclusive, nothing_left, planted, run, scenario

pytestmark = pytest.mark.live

HOUR = 3600.0


@dataclass
class Clock:
    """The clock of the day, which is wrong by so many seconds."""

    skew: float = 0.0


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    real, shown = time.time, Clock()
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        monkeypatch.setattr(time, "time", lambda: real() + shown.skew)
        yield shown


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, jump: float) -> None:
    """The call after it has the same clock, which then goes wrong, but evenly: nothing is open there."""

    def turn(call: LiveCall, _: LegTap) -> None:
        clock.skew = jump

    planted(monkeypatch, {"harmed": Harm(turn)})
    ran = run(tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1)
    result = ran.of("harmed")
    assert result.status is Status.INCONCLUSIVE
    assert result.because.startswith("establishment could not tell: clock-skewed at call: the call took ")
    ran.unharmed("healthy")


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_is_set_and_set_right_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, jump: float
) -> None:
    """At its end the call seems to have taken as long as it did; what was stamped meanwhile tells."""

    def turn(call: LiveCall, _: LegTap) -> None:
        clock.skew = jump

    def turn_back(call: LiveCall, _: LegTap) -> None:
        clock.skew = 0.0

    planted(monkeypatch, {"harmed": Harm(turn, then=Harm(turn_back))})
    ran = run(tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1)
    result = ran.of("harmed")
    assert result.status is Status.INCONCLUSIVE
    assert "clock-skewed at alice-bob: " in result.because
    assert "packets at a time when the call was not, first frame " in result.because
    assert {("clock-skewed", "alice-bob"), ("clock-skewed", "bob-alice")} <= inconclusive(result)
    assert ("clock-skewed", "call") not in inconclusive(result)
    ran.unharmed("healthy")
