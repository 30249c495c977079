"""Small numbers for large keys."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account.numbering import Numbering

KEYS = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3)


@settings(deadline=None)
@given(st.lists(st.lists(KEYS, max_size=20), max_size=5), st.integers(0, 8))
def test_keys_are_numbered_by_first_appearance_and_then_not_at_all(windows: list[list[int]], most: int) -> None:
    numbering, seen = Numbering(most), dict[int, int]()
    for keys in windows:
        for key in keys:
            seen.setdefault(key, len(seen))
        expected = [min(seen[key], most) for key in keys]
        assert numbering.of(np.array(keys, np.int64)).tolist() == expected
    assert numbering.keys == list(seen)[:most]


def test_keys_that_share_a_slot_are_still_told_apart() -> None:
    numbering = Numbering(5000)
    # Of so many keys drawn by chance some share one of the 65,536 slots.
    keys = np.unique(np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 5000))
    for _ in range(3):
        assert numbering.of(keys).tolist() == list(range(len(keys)))
