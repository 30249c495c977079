"""The screens over time."""

from __future__ import annotations

from harness.model.base import Party
from harness.model.statement import Indicator, Screen, ScreenMoment
from harness.report.screen_moments import MAX_MOMENTS, moment_rows

from .sample import ALICE, BOB


def moment(time: float, code: str | None, notice: str | None = None) -> ScreenMoment:
    indicator = Indicator.NONE if code is None else Indicator.LOCK
    return ScreenMoment(time=time, screen=Screen(indicator=indicator, code=code, peer="Bob", notice=notice))


def test_both_screens_stand_in_one_list_by_time() -> None:
    rows = moment_rows(
        {
            ALICE: (moment(10.0, "1" * 20), moment(11.5, "2" * 20, "It has changed.")),
            BOB: (moment(10.1, "1" * 20), moment(12.0, None)),
        }
    )
    assert [(row.owner, round(row.seconds, 3)) for row in rows] == [
        ("Alice", 0.0),
        ("Bob", 0.1),
        ("Alice", 1.5),
        ("Bob", 2.0),
    ]
    assert rows[2].code == "22222 22222 22222 22222"
    assert rows[2].notice == "It has changed."
    assert (rows[3].indicator, rows[3].code) == (Indicator.NONE, None)


def test_screens_that_never_changed_have_nothing_to_tell() -> None:
    assert moment_rows({party: (moment(1.0, "1" * 20),) for party in Party}) == ()
    assert moment_rows({}) == ()


def test_a_screen_that_never_stops_changing_is_cut() -> None:
    rows = moment_rows({ALICE: tuple(moment(float(number), "1" * 20) for number in range(500))})
    assert len(rows) == MAX_MOMENTS
    assert rows[-1].seconds == 499.0
