"""A time stamp becomes the float that is nearest to it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.vantage.capture.interface import Interface, InterfaceTable
from harness.vantage.window import NONE

resolutions = st.integers(0, 127).map(lambda power: 10**power) | st.integers(0, 127).map(lambda power: 2**power)


@given(st.integers(0, 2**64 - 1), resolutions, st.integers(-(2**40), 2**40))
def test_a_time_stamp_is_as_exact_as_a_float(ticks: int, per_second: int, epoch: int) -> None:
    table = InterfaceTable(0)
    table.add(Interface(101, 0, per_second, epoch))
    (time,) = table.time(np.array([0]), np.array([ticks], np.uint64)).tolist()
    exact = Fraction(ticks, per_second) + epoch
    largest = max(ticks / per_second, abs(epoch))
    assert abs(Fraction(time) - exact) <= 2 * Fraction(math.ulp(largest))


def test_interfaces_that_nobody_described_have_a_row_of_their_own() -> None:
    table = InterfaceTable(first=7)
    table.add(Interface(1, 96))
    table.add(Interface(228, 0))
    row = table.row(np.array([1, 0, 2, 4_000_000_000]))
    assert table.link[row].tolist() == [228, 1, NONE, NONE]
    assert table.number(row).tolist() == [8, 7, NONE, NONE]
    assert table.snap[row].tolist() == [0, 96, 0, 0]
    assert np.isnan(table.time(row, np.ones(4, np.uint64))).tolist() == [False, False, True, True]
