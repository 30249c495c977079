"""The tests give what NIST SP 800-22 revision 1a publishes; sections and appendix are its own."""

from __future__ import annotations

from collections import Counter
from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.statistics import sp800_22
from harness.inspection.statistics.sp800_22 import Bits


def bits_of(digits: str) -> Bits:
    return np.frombuffer(digits.encode(), np.uint8) - np.uint8(ord("0"))


PI = bits_of("1100100100001111110110101010001000100001011010001100001000110100110001001100011001100010100010111000")
"""The first 100 binary digits of pi, the example of sections 2.1.8, 2.2.8, 2.3.8, 2.12.8 and 2.13.8."""


def binary_root(number: int, digits: int = 1_000_000) -> Bits:
    """The first binary digits of the square root of 2 or 3."""
    return bits_of(bin(isqrt(number << 2 * (digits - 1)))[2:])


def test_monobit() -> None:
    assert sp800_22.monobit(bits_of("1011010101")) == pytest.approx(0.527089, abs=1e-6)  # section 2.1.4
    assert sp800_22.monobit(PI) == pytest.approx(0.109599, abs=1e-6)  # section 2.1.8


def test_block_frequency() -> None:
    assert sp800_22.block_frequency(bits_of("0110011010"), 3) == pytest.approx(0.801252, abs=1e-6)  # section 2.2.4
    assert sp800_22.block_frequency(PI, 10) == pytest.approx(0.706438, abs=1e-6)  # section 2.2.8


def test_runs() -> None:
    assert sp800_22.runs(bits_of("1001101011")) == pytest.approx(0.147232, abs=1e-6)  # section 2.3.4
    assert sp800_22.runs(PI) == pytest.approx(0.500798, abs=1e-6)  # section 2.3.8


def test_serial() -> None:
    assert sp800_22.serial(bits_of("0011011101"), 3) == pytest.approx((0.808792, 0.670320), abs=1e-6)  # section 2.11.4


def test_approximate_entropy() -> None:
    assert sp800_22.approximate_entropy(bits_of("0100110101"), 3) == pytest.approx(0.261961, abs=1e-6)  # section 2.12.4
    assert sp800_22.approximate_entropy(PI, 2) == pytest.approx(0.235301, abs=1e-6)  # section 2.12.8


def test_cumulative_sums() -> None:
    # Section 2.13.4 prints 0.4116588, from a table of the normal distribution with four digits.
    assert sp800_22.cumulative_sums(bits_of("1011010111"))[0] == pytest.approx(0.4116588, abs=1e-4)
    assert sp800_22.cumulative_sums(PI) == pytest.approx((0.219194, 0.114866), abs=1e-6)  # section 2.13.8


@pytest.mark.parametrize(
    ("number", "monobit", "block", "runs", "serial", "entropy", "sums"),
    [
        (2, 0.811881, 0.833222, 0.313427, 0.861925, 0.884740, (0.879009, 0.957206)),
        (3, 0.610051, 0.473961, 0.261123, 0.157500, 0.180481, (0.917121, 0.689519)),
    ],
)
def test_a_million_digits(
    number: int, monobit: float, block: float, runs: float, serial: float, entropy: float, sums: tuple[float, float]
) -> None:
    """Appendix B: the square roots of 2 and 3, with blocks of 128 bits, patterns of 16 and of 10."""
    bits = binary_root(number)
    assert sp800_22.monobit(bits) == pytest.approx(monobit, abs=2e-6)
    assert sp800_22.block_frequency(bits, 128) == pytest.approx(block, abs=2e-6)
    assert sp800_22.runs(bits) == pytest.approx(runs, abs=2e-6)
    assert sp800_22.serial(bits, 16)[0] == pytest.approx(serial, abs=2e-6)
    assert sp800_22.approximate_entropy(bits, 10) == pytest.approx(entropy, abs=2e-6)
    assert sp800_22.cumulative_sums(bits) == pytest.approx(sums, abs=2e-6)


@given(digits=st.text("01", min_size=16, max_size=80), size=st.integers(1, 12))
def test_patterns_are_counted_as_one_counts_them_by_hand(digits: str, size: int) -> None:
    ring = digits + digits
    by_hand = Counter(int(ring[at : at + size], 2) for at in range(len(digits)))
    counts = sp800_22.pattern_counts(bits_of(digits), size)
    assert {pattern: count for pattern, count in enumerate(counts.tolist()) if count} == by_hand
    assert len(counts) == 1 << size


@given(digits=st.text("01", min_size=100, max_size=400))
def test_every_p_value_is_a_probability(digits: str) -> None:
    bits = bits_of(digits)
    values = [
        sp800_22.monobit(bits),
        sp800_22.block_frequency(bits, 20),
        sp800_22.runs(bits),
        *sp800_22.serial(bits, 3),
        sp800_22.approximate_entropy(bits, 2),
        *sp800_22.cumulative_sums(bits),
    ]
    assert all(0 <= value <= 1 for value in values)


@pytest.mark.parametrize("digits", ["0" * 1_000, "1" * 1_000, "01" * 500])
def test_what_is_no_noise_at_all_is_refuted_by_some_test(digits: str) -> None:
    bits = bits_of(digits)
    assert min(sp800_22.runs(bits), sp800_22.monobit(bits)) < 1e-100
    assert sp800_22.approximate_entropy(bits, 3) < 1e-100
    assert min(sp800_22.serial(bits, 3)) < 1e-100
