"""The test for one keystream: how often it is wrong about random bytes, and how little it needs to be right."""

from __future__ import annotations

import numpy as np

from harness.inspection.misuse.entry import ENTRY, HEAD_BYTES
from harness.inspection.misuse.keystream import MAX_PAIRS, KeystreamCount, KeystreamTest


def entries(heads: np.ndarray, length: int = 100) -> np.ndarray:
    made = np.zeros(len(heads), ENTRY)
    made["head"], made["length"] = np.ascontiguousarray(heads).view("<u8"), length
    return made


def outcome(before: np.ndarray, now: np.ndarray, length: int = 100) -> KeystreamTest:
    count = KeystreamCount()
    count.add(entries(before, length), entries(now, length))
    return count.test()


def random_heads(dice: np.random.Generator, pairs: int) -> np.ndarray:
    return dice.integers(0, 256, (pairs, HEAD_BYTES), dtype=np.uint8)


def test_the_p_value_keeps_its_level_on_random_bytes() -> None:
    """Of 2,000 tests on random pairs not more than one in a hundred may say p < 0.01: Bonferroni, so fewer do."""
    dice = np.random.default_rng(7)
    values = np.array([outcome(random_heads(dice, 20), random_heads(dice, 20)).p_value for _ in range(2_000)])
    assert np.count_nonzero(values < 0.01) <= 20 + 3 * np.sqrt(20)
    assert not (values < 1e-6).any()


def test_one_place_that_agrees_is_enough() -> None:
    """Eight pairs that have nothing in common but one byte, as Opus has its first."""
    dice = np.random.default_rng(7)
    before, now = random_heads(dice, 8), random_heads(dice, 8)
    assert not outcome(before, now).one_keystream
    now[:, 0] = before[:, 0]
    assert outcome(before, now).one_keystream


def test_what_may_be_tag_is_not_compared() -> None:
    """Of 20 bytes the last 16 may be a tag (RFC 7714)."""
    same = random_heads(np.random.default_rng(7), 50)
    assert outcome(same, same, length=20).compared == 50 * 4
    assert outcome(same, same, length=16) == KeystreamTest(50, 0, 0, 1.0)


def test_more_pairs_than_enough_are_left_out() -> None:
    heads = random_heads(np.random.default_rng(7), MAX_PAIRS + 5)
    assert outcome(heads, heads).pairs == MAX_PAIRS
