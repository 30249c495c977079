"""Exact tails, and a correction that keeps its promise."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.statistics.chance import at_least, holm, smallest, uneven

values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(trials=st.integers(1, 60), hits=st.integers(0, 60), percent=st.integers(1, 99))
def test_the_upper_tail_is_that_of_the_binomial_distribution(trials: int, hits: int, percent: int) -> None:
    chance = percent / 100
    expected = sum(
        comb(trials, found) * chance**found * (1 - chance) ** (trials - found) for found in range(hits, trials + 1)
    )
    if hits <= trials:
        assert float(at_least(hits, trials, chance)) == pytest.approx(expected, rel=1e-9)


def test_no_success_is_no_surprise_and_far_too_many_are_one() -> None:
    assert float(at_least(0, 10, 0.5)) == 1
    assert float(at_least(1_000, 1_000, 1 / 256)) == 0
    assert float(at_least(100, 1_000, 1 / 256)) == pytest.approx(6e-98, rel=10)


def test_even_counts_are_likely_and_uneven_ones_are_not() -> None:
    """Chi-square tables: with one degree of freedom 3.841 is reached once in twenty times (statistic here: 3.84)."""
    even, slightly, very = uneven(np.array([[50, 50], [598, 502], [1_000, 0]])).tolist()
    assert even == 1
    assert slightly == pytest.approx(0.0038, abs=2e-4)
    assert very < 1e-200


def test_holms_own_procedure_step_by_step() -> None:
    """0.01 times 4; 0.02 times 3; 0.03 times 2, but not less than the one before; 0.04, likewise."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx((0.06, 0.04, 0.06, 0.06))
    assert holm([0.5, 0.9]) == (1.0, 1.0)
    assert holm([]) == ()


@given(values)
def test_the_correction_keeps_the_order_and_lies_between_none_and_bonferronis(given_values: list[float]) -> None:
    adjusted = holm(given_values)
    for value, corrected in zip(given_values, adjusted, strict=True):
        assert min(value, 1) <= corrected <= min(1.0, value * len(given_values)) + 1e-12
    by_value = [corrected for _, corrected in sorted(zip(given_values, adjusted, strict=True))]
    assert by_value == sorted(by_value)
    assert smallest(given_values) == pytest.approx(min(adjusted))
