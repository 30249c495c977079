"""Probabilities against exact fractions, and the level that is divided without end."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.plaintext import chance


def probability(trials: int, hits: int, each: Fraction) -> Fraction:
    return comb(trials, hits) * each**hits * (1 - each) ** (trials - hits)


trials = st.integers(0, 60)
shares = st.sampled_from([Fraction(1, 256), Fraction(1, 64), Fraction(15, 64), Fraction(1, 2)])


@given(trials, st.integers(0, 60), shares)
def test_one_tail_is_the_sum_of_its_exact_terms(count: int, hits: int, each: Fraction) -> None:
    above = sum((probability(count, k, each) for k in range(hits, count + 1)), Fraction(0))
    below = sum((probability(count, k, each) for k in range(min(hits, count) + 1)), Fraction(0))

    assert chance.at_least(hits, count, float(each)) == pytest.approx(float(above), rel=1e-9, abs=1e-290)
    assert chance.at_most(min(hits, count), count, float(each)) == pytest.approx(float(below), rel=1e-9)


@given(st.integers(0, 25), st.integers(0, 25), st.integers(0, 50))
def test_two_binomials_together_have_the_tail_of_their_sum(first: int, second: int, hits: int) -> None:
    one, other = Fraction(1, 64), Fraction(15, 64)
    exact = sum(
        (
            probability(first, i, one) * probability(second, k, other)
            for i in range(first + 1)
            for k in range(second + 1)
            if i + k >= hits
        ),
        Fraction(0),
    )

    found = chance.at_least_of_both(hits, (first, 1 / 64), (second, 15 / 64))
    assert found == pytest.approx(float(exact), rel=1e-9, abs=1e-290)


def test_all_runs_together_use_no_more_than_the_level() -> None:
    used = sum(chance.level_of_run(run) for run in range(100_000))

    # What is left of the series after n terms is below 1 / n of its first one.
    assert 1 - 1e-5 < used / chance.LEVEL <= 1
