"""What is remembered of authentic packets, and what is known of those that are forgotten."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.authentication.fate import Fate
from harness.inspection.authentication.replays import SIZE, Replays


def test_a_packet_is_new_once() -> None:
    replays = Replays()
    assert replays.note(5, 77, 1) == (Fate.AUTHENTICATED, 0)
    assert replays.note(5, 77, 2) == (Fate.REPLAYED, 1)
    assert replays.note(5, 78, 3) == (Fate.REUSED, 1)
    assert replays.note(4, 77, 4) == (Fate.AUTHENTICATED, 0)
    assert (replays.lowest, replays.highest) == (4, 5)


def test_what_lies_far_back_is_old() -> None:
    replays = Replays()
    replays.note(SIZE, 1, 1)
    assert replays.note(0, 1, 2) == (Fate.OLD, 0)
    assert replays.note(1, 1, 3) == (Fate.AUTHENTICATED, 0)


@given(st.lists(st.integers(1, 3 * SIZE), min_size=31, max_size=40), st.integers(1, 30))
def test_many_at_once_are_remembered_like_one_by_one(steps: list[int], cut: int) -> None:
    indexes = np.cumsum(np.array(steps, np.int64))
    marks, frames = (indexes * 3).astype(np.uint64), np.arange(1, len(indexes) + 1)
    together, single = Replays(), Replays()
    together.note_rising(indexes[:cut], marks[:cut], frames[:cut])
    together.note_rising(indexes[cut:], marks[cut:], frames[cut:])
    for index, mark, frame in zip(indexes.tolist(), marks.tolist(), frames.tolist(), strict=True):
        assert single.note(index, mark, frame)[0] is Fate.AUTHENTICATED
    assert (together.lowest, together.highest) == (single.lowest, single.highest)
    for index, mark in zip(indexes.tolist(), marks.tolist(), strict=True):
        assert together.note(index, mark, 99) == single.note(index, mark, 99)
