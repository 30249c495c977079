"""Published speeds, brought to one unit."""

from __future__ import annotations

from math import ceil

import pytest

from harness.codes.rates import BLOCKS_OF_A_TRY, PUBLISHED
from harness.codes.teams20 import CONTEXT, THUMBPRINT_BYTES

BLOCK, PADDING = 64, 9
"""Bytes of a block of SHA-256, and the fewest that it appends: a bit and the length (FIPS 180-4 section 5.1.1)."""


def test_a_try_is_the_certificates_last_block_and_the_two_of_a_code() -> None:
    hashed = len(CONTEXT) + 2 * THUMBPRINT_BYTES
    assert 1 + ceil((hashed + PADDING) / BLOCK) == BLOCKS_OF_A_TRY


def test_one_graphics_card_makes_seven_thousand_million_tries_a_second() -> None:
    card, thousand, bitcoin = PUBLISHED
    assert card.tries == pytest.approx(21_975.5e6 / 3)
    assert thousand.tries == pytest.approx(1000 * card.tries)
    assert bitcoin.tries > 1000 * thousand.tries


def test_every_rate_says_who_says_so() -> None:
    assert all(rate.source for rate in PUBLISHED)
    assert len({rate.name for rate in PUBLISHED}) == len(PUBLISHED)
