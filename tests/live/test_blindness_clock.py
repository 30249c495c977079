"""The clock of the day is set in the middle of a call: whatever was stamped by it leaves the verdict open.

The calls of this run come one after the other, because they have one clock. A clock that only is wrong harms nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from harness.live_call import LiveCall
from harness.model.verdict import Status
from harness.vantage.tap import LegTap

from .sabotage import Act, Harm, Ran, inconclusive, nothing_left, planted, run, scenario

pytestmark = pytest.mark.live

HOUR = 3600.0


class Clock:
    """The clock of the day, and by how much it is wrong."""

    def __init__(self) -> None:
        self._real = time.time
        self._wrong = 0.0

    def time(self) -> float:
        return self._real() + self._wrong

    def turned(self, by: float) -> Act:
        def turn(_: LiveCall, __: LegTap) -> None:
            self._wrong += by

        return turn


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder, clock = tmp_path_factory.mktemp("clock"), Clock()
    on, back = clock.turned(HOUR), clock.turned(-HOUR)
    harms = {
        "forwards": Harm(on),
        "backwards": Harm(back),
        "forwards-and-right-again": Harm(on, then=Harm(back)),
        "backwards-and-right-again": Harm(back, then=Harm(on)),
        "wrong-from-now-on": Harm(on),
    }
    with pytest.MonkeyPatch.context() as patch, nothing_left(patch, folder / "temporary"):
        patch.setattr(time, "time", clock.time)
        planted(patch, harms)
        found = run(folder / "captures", [*map(scenario, harms), scenario("wrong-all-the-time")], jobs=1)
    yield found


@pytest.mark.parametrize("name", ["forwards", "backwards", "wrong-from-now-on"])
def test_a_clock_that_is_set_disagrees_with_the_one_that_cannot_be(ran: Ran, name: str) -> None:
    result = ran.of(name)
    assert result.status is Status.INCONCLUSIVE
    assert result.because.startswith("establishment could not tell: clock-skewed at call: the call took ")


@pytest.mark.parametrize("name", ["forwards-and-right-again", "backwards-and-right-again"])
def test_a_clock_that_is_set_right_again_has_left_its_stamps(ran: Ran, name: str) -> None:
    """At its end the call seems to have taken as long as it did."""
    result = ran.of(name)
    assert result.status is Status.INCONCLUSIVE
    assert "clock-skewed at alice-bob: " in result.because
    assert "packets at a time when the call was not, first frame " in result.because
    assert {("clock-skewed", "alice-bob"), ("clock-skewed", "bob-alice")} <= inconclusive(result)
    assert ("clock-skewed", "call") not in inconclusive(result)


def test_a_clock_that_is_wrong_but_left_alone_leaves_nothing_open(ran: Ran) -> None:
    ran.unharmed("wrong-all-the-time")
