"""What an interceptor must pay: the figures that are known, and what must hold for every attacker."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import expm1, inf, log1p, log2, nan, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.codes.cost import ENTRY_BYTES, HALF, NEARLY, Attacker, Order, Price, chance, effective, price
from harness.codes.rates import PUBLISHED
from harness.codes.scheme import SISTERS, Made, Scheme, teams20

OURS = teams20()
CARD = Attacker(PUBLISHED[0].tries, seconds=30)
ZRTP = next(scheme for scheme in SISTERS if scheme.codes == 2**16)
SIGNAL = next(scheme for scheme in SISTERS if scheme.made is Made.OF_EACH_KEY)
ZOOM_MEETING = next(scheme for scheme in SISTERS if scheme.made is Made.OF_ONE_KEY)

SCHEMES = st.sampled_from([*(teams20(digits) for digits in range(4, 21)), *SISTERS])
ORDERS = st.sampled_from(Order)
ATTACKERS = st.builds(
    Attacker,
    rate=st.floats(1, 1e30),
    seconds=st.floats(0, 1e12),
    fingerprints=st.integers(1, 1000),
    memory=st.integers(ENTRY_BYTES, 2**60),
)


def near(value: float, rel: float = 1e-6) -> Any:
    """Relative only: an absolute tolerance would call any two small chances equal."""
    return pytest.approx(value, rel=rel, abs=0)


# The figures.


def test_small_chances_are_really_compared() -> None:
    assert near(2e-60) != 1e-60


def test_blind_the_chance_is_one_in_ten_to_the_twentieth() -> None:
    assert chance(OURS, Order.BLIND, CARD) == near(1e-20, rel=1e-12)


def test_k_accepted_fingerprints_multiply_the_chance_by_k() -> None:
    for order in (Order.BLIND, Order.ANSWER_LAST):
        once = chance(OURS, order, CARD)
        assert chance(OURS, order, replace(CARD, fingerprints=7)) == near(7 * once, rel=1e-6)


def test_with_the_answer_last_the_target_has_66_bits_and_is_searched_for_while_the_caller_waits() -> None:
    assert log2(OURS.codes) == near(66.4, rel=1e-3)
    assert chance(OURS, Order.ANSWER_LAST, CARD) == near(30 * CARD.rate / 10**20, rel=1e-6)
    # Half of all searches take ln 2 of all codes.
    half = price(OURS, Order.ANSWER_LAST, CARD, HALF)
    assert half.tries == near(0.6931471805599453e20, rel=1e-12)
    assert half.seconds == near(0.6931471805599453e20 / CARD.rate, rel=1e-12)
    assert half.memory is None


def test_certificates_known_in_advance_cost_two_to_the_thirty_third_and_seconds_on_one_graphics_card() -> None:
    half = price(OURS, Order.KNOWN_IN_ADVANCE, CARD, HALF)
    assert half.tries is not None
    assert half.seconds is not None
    assert half.tries == near(2 * sqrt(0.6931471805599453e20), rel=1e-9)
    assert round(log2(half.tries / 2)) == 33
    assert 1 < half.seconds < 10
    assert half.memory == near(ENTRY_BYTES * half.tries / 2)


def test_less_memory_costs_more_tries_and_no_more_memory_than_there_is() -> None:
    small = replace(CARD, memory=2**30)
    half = price(OURS, Order.KNOWN_IN_ADVANCE, small, HALF)
    entries = 2**30 / ENTRY_BYTES
    assert half.memory == 2**30
    assert half.tries == near(entries + 0.6931471805599453e20 / entries, rel=1e-9)


@pytest.mark.parametrize("scheme", [scheme for scheme in SISTERS if scheme.commitment], ids=lambda scheme: scheme.name)
def test_behind_a_commitment_no_speed_helps(scheme: Scheme) -> None:
    for order in Order:
        assert effective(scheme, order) is Order.BLIND
        assert chance(scheme, order, CARD) == near(1 / scheme.codes, rel=1e-9)
        assert price(scheme, order, CARD, HALF).seconds is None


def test_zrtp_gives_one_chance_in_65536() -> None:
    # RFC 6189 section 4.4.1.1.
    assert chance(ZRTP, Order.KNOWN_IN_ADVANCE, CARD) == near(1 / 65536, rel=1e-9)
    assert price(ZRTP, Order.BLIND, CARD, HALF).calls == near(0.6931471805599453 * 65536, rel=1e-4)


def test_both_halves_of_a_safety_number_must_be_hit_each_with_half_of_the_tries() -> None:
    assert chance(SIGNAL, Order.BLIND, CARD) == near(1e-60, rel=1e-9)
    tries = CARD.tries / 5200 / 2
    assert chance(SIGNAL, Order.KNOWN_IN_ADVANCE, CARD) == near((tries * 1e-30) ** 2, rel=1e-9)
    assert chance(SIGNAL, Order.ANSWER_LAST, CARD) == chance(SIGNAL, Order.KNOWN_IN_ADVANCE, CARD)


def test_even_odds_for_a_safety_number_take_seven_in_ten_for_each_half() -> None:
    half = price(SIGNAL, Order.KNOWN_IN_ADVANCE, CARD, HALF)
    # Two searches, each of -ln(1 - √½) × 10^30 keys, each of 5200 iterations.
    assert half.tries == near(2 * 1.2279471772995157 * 1e30 * 5200, rel=1e-9)
    assert half.memory is None


@pytest.mark.parametrize("scheme", [OURS, *SISTERS], ids=lambda scheme: scheme.name)
def test_who_has_no_time_is_blind(scheme: Scheme) -> None:
    for order in Order:
        assert chance(scheme, order, replace(CARD, seconds=0)) == near(chance(scheme, Order.BLIND, CARD))


def test_a_try_that_costs_more_is_made_less_often() -> None:
    dear = replace(OURS, work=1000)
    assert chance(dear, Order.ANSWER_LAST, CARD) == near(chance(OURS, Order.ANSWER_LAST, CARD) / 1000)
    for order in (Order.ANSWER_LAST, Order.KNOWN_IN_ADVANCE):
        dearer, ours = (price(scheme, order, CARD, HALF).seconds for scheme in (dear, OURS))
        assert ours is not None
        assert dearer == near(1000 * ours)


def test_a_code_of_one_key_has_a_fixed_target_and_no_birthday() -> None:
    assert chance(ZOOM_MEETING, Order.KNOWN_IN_ADVANCE, CARD) == near(CARD.tries * 1e-39, rel=1e-9)
    assert price(ZOOM_MEETING, Order.KNOWN_IN_ADVANCE, CARD, HALF).tries == near(0.693147e39, rel=1e-5)


# What the formula promises to be: exact with one fixed side, and close from above with two tables.


@pytest.mark.parametrize("tries", [1, 2, 10, 500])
def test_a_fixed_target_is_hit_with_exactly_the_chance_of_the_complement(tries: int) -> None:
    exact = 1 - Fraction(9999, 10000) ** tries
    assert chance(teams20(4), Order.ANSWER_LAST, Attacker(tries, 1)) == near(float(exact), rel=1e-12)


def occupied(throws: int, places: int) -> list[float]:
    """The chance of each number of different places after so many throws: [index] places are hit."""
    now = [1.0]
    for _ in range(throws):
        later = [0.0] * (len(now) + 1)
        for hit, likely in enumerate(now):
            later[hit] += likely * hit / places
            later[hit + 1] += likely * (1 - hit / places)
        now = later
    return now


@pytest.mark.parametrize("size", [2, 10, 60, 83])
def test_two_tables_meet_a_little_less_often_than_the_formula_says(size: int) -> None:
    places = 10**4
    missed = sum(likely * (1 - hit / places) ** size for hit, likely in enumerate(occupied(size, places)))
    said = chance(teams20(4), Order.KNOWN_IN_ADVANCE, Attacker(2 * size, 1))
    assert said < 0.51
    assert 1 - missed <= said * (1 + 1e-9)
    assert said < 1.01 * (1 - missed)


# What holds for everybody.


@given(SCHEMES, ORDERS, ATTACKERS)
def test_a_chance_is_one_and_however_small_it_is_never_nothing(
    scheme: Scheme, order: Order, attacker: Attacker
) -> None:
    assert 0 < chance(scheme, order, attacker) <= 1


@given(SCHEMES, ORDERS, ATTACKERS, st.floats(1, 1e6))
def test_more_of_anything_never_makes_it_harder(
    scheme: Scheme, order: Order, attacker: Attacker, factor: float
) -> None:
    before = chance(scheme, order, attacker)
    for more in (
        replace(attacker, rate=min(1e30, attacker.rate * factor)),
        replace(attacker, seconds=attacker.seconds * factor),
        replace(attacker, fingerprints=attacker.fingerprints + int(factor) % 100),
        replace(attacker, memory=int(attacker.memory * factor)),
    ):
        assert chance(scheme, order, more) >= before * (1 - 1e-12)


@given(SCHEMES, ATTACKERS)
def test_to_know_more_never_makes_it_harder(scheme: Scheme, attacker: Attacker) -> None:
    blind, last, known = (chance(scheme, order, attacker) for order in Order)
    assert blind <= last * (1 + 1e-12)
    assert last <= known * (1 + 1e-12)


@given(st.integers(4, 19), ORDERS, ATTACKERS)
def test_a_digit_more_never_makes_it_easier(digits: int, order: Order, attacker: Attacker) -> None:
    assert chance(teams20(digits + 1), order, attacker) <= chance(teams20(digits), order, attacker)


@given(SCHEMES, ORDERS, ATTACKERS, st.sampled_from([0.01, HALF, 0.9, NEARLY]))
def test_what_is_paid_buys_the_chance_that_was_wanted(
    scheme: Scheme, order: Order, attacker: Attacker, wanted: float
) -> None:
    attacker = replace(attacker, rate=max(1e10, attacker.rate))
    paid = price(scheme, order, attacker, wanted)
    if paid.seconds is None:
        once = chance(scheme, order, attacker)
        assert paid.calls == 1 or -expm1(paid.calls * log1p(-once)) == near(wanted)
        assert paid.calls > 1 or once >= wanted
        return
    assert paid.tries == near(paid.seconds * attacker.rate)
    bought = chance(scheme, order, replace(attacker, seconds=paid.seconds))
    assert bought >= wanted * (1 - 1e-6)
    if paid.tries is not None and paid.tries > 100 * scheme.work * attacker.fingerprints:
        assert bought == near(wanted, rel=1e-2), "not more than needed"


@given(SCHEMES, ORDERS, ATTACKERS)
def test_certainty_costs_more_than_half(scheme: Scheme, order: Order, attacker: Attacker) -> None:
    half, nearly = (price(scheme, order, attacker, wanted) for wanted in (HALF, NEARLY))
    assert nearly.calls >= half.calls
    assert (nearly.tries or 0) >= (half.tries or 0)


def test_when_one_call_is_enough_no_more_are_asked_for() -> None:
    assert price(teams20(4), Order.BLIND, Attacker(1, 0, fingerprints=100_000), HALF) == Price(calls=1.0)


# What is no attacker, and no chance.


@pytest.mark.parametrize("rate", [0, -1, 0.5, nan, inf, 1e31])
def test_a_rate_is_a_number_of_tries(rate: float) -> None:
    with pytest.raises(ValueError, match="a rate is"):
        Attacker(rate, 1)


@pytest.mark.parametrize("seconds", [-1, nan, inf, 1e31])
def test_nobody_waits_less_than_nothing(seconds: float) -> None:
    with pytest.raises(ValueError, match="a caller waits"):
        Attacker(1, seconds)


@pytest.mark.parametrize("fingerprints", [0, -1, 100_001])
def test_an_endpoint_accepts_a_fingerprint_at_least(fingerprints: int) -> None:
    with pytest.raises(ValueError, match="an endpoint accepts"):
        Attacker(1, 1, fingerprints)


def test_a_table_holds_an_entry_at_least() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        Attacker(1, 1, memory=ENTRY_BYTES - 1)


@pytest.mark.parametrize("wanted", [0, 1, -0.1, 1.1, nan])
def test_certainty_cannot_be_bought(wanted: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        price(OURS, Order.ANSWER_LAST, CARD, wanted)
