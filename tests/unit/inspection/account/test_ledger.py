"""Sums by leg and kind, in every way of adding them up."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.account.ledger import FRAMES_SHOWN, Ledger
from harness.model.byte_label import ByteLabel
from harness.vantage.window import NONE, Leg, Legs, Transport


def ledger(legs: int, most: int = 100) -> Ledger:
    made = Ledger(most)
    for name in ("a", "b", "c"):
        made.kind(ByteLabel.UNKNOWN, name)
    made.meet(Legs([Leg(0, 1, Transport.UDP)] * legs))
    return made


ENTRIES = st.lists(st.tuples(st.integers(-1, 9), st.integers(0, 2), st.integers(0, 1500)), min_size=1, max_size=30)


@settings(deadline=None)
@given(ENTRIES)
def test_sums_are_those_of_single_entries(entries: list[tuple[int, int, int]]) -> None:
    legs = np.array([leg for leg, _, _ in entries], np.int32)
    kinds, sizes = (np.array([entry[place] for entry in entries], np.int64) for place in (1, 2))
    expected: Counter[tuple[int, str]] = Counter()
    for leg, kind, size in entries:
        expected[leg, "abc"[kind]] += size
    posted, suspected = ledger(10), ledger(10)
    posted.post(posted.lines(legs), kinds, sizes)
    suspected.suspect_rows(suspected.lines(legs), np.arange(len(legs)), kinds, sizes)
    for made in (posted, suspected):
        assert {(leg, kind.detail): size for leg, kind, size in made.rows()} == +expected
    assert {(one.leg, one.kind.detail): one.bytes for one in suspected.oddities()} == +expected
    assert sum(one.places for one in suspected.oddities()) == int((sizes > 0).sum())


def test_one_kind_or_one_size_for_all_is_the_same_as_a_column_of_it() -> None:
    lines = np.array([1, 1, 3])
    made = ledger(3)
    made.post(lines, 0, 5)
    made.post(lines, np.array([1, 1, 1]), 5)
    made.post_each(lines, [(2, 5)])
    assert [(leg, kind.detail, size) for leg, kind, size in made.rows()] == [
        *((0, name, 10) for name in "abc"),
        *((2, name, 5) for name in "abc"),
    ]


def test_legs_beyond_the_bound_are_counted_as_of_no_leg() -> None:
    made = ledger(5, most=2)
    made.post(made.lines(np.array([0, 1, 2, 3, 4], np.int32)), 0, np.array([1, 2, 4, 8, 16]))
    assert made.left_out == 3
    assert {leg: size for leg, _, size in made.rows()} == {NONE: 28, 0: 1, 1: 2}


def test_the_first_frames_are_kept_and_no_more() -> None:
    made = ledger(1)
    for first in (1, 100):
        frames = np.arange(first, first + 3)
        made.suspect_rows(np.ones(3, np.int64), frames, 0, np.array([7, 0, 7]))
    for first in (200, 300):
        made.suspect_rows(np.ones(3, np.int64), np.arange(first, first + 3), 0, np.array([7, 7, 7]))
    [one] = made.oddities()
    assert (one.places, one.bytes) == (10, 70)
    assert one.frames == (1, 3, 100, 102, 200)
    assert len(one.frames) == FRAMES_SHOWN


def test_what_came_from_the_far_end_is_told_apart_from_what_the_near_end_sent() -> None:
    made = ledger(1)
    made.came_in(np.array([2, 3]))
    made.suspect_rows(np.ones(3, np.int64), np.array([1, 2, 3]), 0, np.array([5, 7, 9]))
    assert [(one.inward, one.bytes, one.frames) for one in made.oddities()] == [(False, 5, (1,)), (True, 16, (2, 3))]
