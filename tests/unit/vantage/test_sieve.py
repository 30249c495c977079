"""Needles in memory that comes in pieces: each is found once, wherever the pieces end."""

from __future__ import annotations

import random

import pytest

from harness.vantage.sieve import Sieve

NOISE = random.Random(1)
KEY, LONG = NOISE.randbytes(16), NOISE.randbytes(48)


@pytest.mark.parametrize("size", [1, 3, 16, 47, 64, 10_000])
def test_a_needle_is_found_once_however_the_pieces_are_cut(size: int) -> None:
    memory = NOISE.randbytes(500) + KEY + NOISE.randbytes(31) + LONG + KEY
    sieve = Sieve({"key": KEY, "long": LONG, "absent": NOISE.randbytes(16)})
    for at in range(0, len(memory), size):
        sieve.take(memory[at : at + size])
    sieve.end()
    assert dict(sieve.found) == {"key": 2, "long": 1}


def test_what_lies_across_two_regions_is_nowhere() -> None:
    sieve = Sieve({"key": KEY})
    for half in (KEY[:8], KEY[8:]):
        sieve.take(half)
        sieve.end()
    assert not sieve.found


@pytest.mark.parametrize("needle", [b"short", bytes(16)])
def test_what_is_found_by_chance_is_no_needle(needle: bytes) -> None:
    with pytest.raises(ValueError, match="is no needle"):
        Sieve({"key": needle})
