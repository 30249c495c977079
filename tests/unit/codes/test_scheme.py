"""The codes of other systems: how many there are of each, and what that is worth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.codes.scheme import SISTERS, Made, teams20
from harness.codes.sisters import matrix_decimal, signal_half, signal_number

BY_NAME = {scheme.name: scheme for scheme in SISTERS}


@pytest.mark.parametrize(
    ("name", "bits", "commitment"),
    [
        # RFC 6189 section 5.1.6: two words of 8 bits, four characters of 5 bits.
        ("ZRTP, base 256", 16, True),
        ("ZRTP, base 32", 20, True),
        # Four of 333 pictures.
        ("Telegram, 4 emoji", 33.5, True),
        # Three numbers of 13 bits, seven pictures of 6 bits.
        ("Matrix, decimal", 39, True),
        ("Matrix, emoji", 42, True),
        # "just over 129 bits".
        ("Zoom Phone, 39 digits", 129.6, False),
        ("Zoom meeting, 39 digits", 129.6, False),
        ("Signal, 60 digits", 199.3, False),
    ],
)
def test_what_a_code_is_worth_and_whether_it_has_a_commitment(name: str, bits: float, commitment: bool) -> None:
    assert BY_NAME[name].bits == pytest.approx(bits, abs=0.05)
    assert BY_NAME[name].commitment is commitment


def test_no_sister_is_missing_and_each_says_who_says_so() -> None:
    assert len(BY_NAME) == len(SISTERS) == 8
    assert all(scheme.source for scheme in (*SISTERS, teams20()))


def test_the_cheapest_to_hit_by_luck_comes_first() -> None:
    assert [scheme.bits for scheme in SISTERS] == sorted(scheme.bits for scheme in SISTERS)


@given(st.binary(min_size=5, max_size=5))
def test_every_decimal_sas_comes_from_its_own_39_bits(drawn: bytes) -> None:
    back = 0
    for number in matrix_decimal(drawn):
        back = back << 13 | number - 1000
    assert back == int.from_bytes(drawn, "big") >> 1
    assert BY_NAME["Matrix, decimal"].codes == 2**39


def test_a_safety_number_is_two_numbers_of_thirty_digits_and_changes_with_one_key_in_one_half_only() -> None:
    signal = BY_NAME["Signal, 60 digits"]
    alice, bob, other = (signal_half(name, name * 33, 1) for name in (b"a", b"b", b"c"))
    assert len(signal_number(alice, bob)) == 60 == 2 * len(str(signal.codes - 1))
    assert signal.made is Made.OF_EACH_KEY
    assert alice in signal_number(alice, bob)
    assert alice in signal_number(alice, other)


@pytest.mark.parametrize("digits", [4, 13, 20])
def test_ours_has_as_many_codes_as_its_digits_say(digits: int) -> None:
    assert teams20(digits) == replace(teams20(), codes=10**digits, name=f"teams20/v1, {digits} digits")


@pytest.mark.parametrize("digits", [-1, 3, 21])
def test_ours_has_four_to_twenty_digits(digits: int) -> None:
    with pytest.raises(ValueError, match="4 to 20 digits"):
        teams20(digits)
