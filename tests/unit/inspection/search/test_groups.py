"""Records of one group stay together over windows, and what is kept of them is bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.search import groups
from harness.inspection.search.groups import Groups
from harness.inspection.search.records import Records
from harness.inspection.search.sieve import MAX_FORM

KEPT = MAX_FORM - 1


def records(streams: list[int], first: int = 1, sizes: list[int] | None = None) -> Records:
    """A record's only cell is its frame's number, modulo 256."""
    frame = np.arange(first, first + len(streams))
    count = np.array(sizes or [1] * len(streams), np.uint8)[:, None]
    return Records(frame.astype(np.uint8)[:, None], count, np.array(streams, np.int64), frame)


@given(st.lists(st.lists(st.integers(0, 3), max_size=60), max_size=6))
def test_each_window_follows_what_came_last_in_each_group(windows: list[list[int]]) -> None:
    follower, before, first = Groups(lambda stream: stream), dict[int, list[int]](), 1
    for streams in windows:
        ordered = follower.follow(records(streams, first))
        for stream in range(4):
            mine = ordered.group == stream
            now = [first + at for at, one in enumerate(streams) if one == stream]
            kept = before.get(stream, [])[-KEPT:]
            assert ordered.records.frame[mine].tolist() == kept + now
            assert ordered.fresh[mine].tolist() == [False] * len(kept) + [True] * len(now)
            before[stream] = before.get(stream, []) + now
        first += len(streams)


def test_short_records_do_not_push_out_the_long_ones() -> None:
    follower = Groups(lambda stream: stream)
    follower.follow(records([1] * 140, sizes=[64] * 40 + [10] * 100))
    kept = follower.follow(records([])).records
    assert sorted(kept.frame.tolist()) == [*range(10, 41), *range(110, 141)]


def test_of_too_many_groups_the_oldest_records_go_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_KEPT", 10)
    follower = Groups(lambda stream: stream)
    follower.follow(records(list(range(25))))
    assert follower.dropped == 15
    assert follower.follow(records([])).records.frame.tolist() == list(range(16, 26))


def test_only_groups_of_several_streams_are_mixed() -> None:
    ordered = Groups(lambda stream: stream // 10).follow(records([10, 11, 20, 20, 10, 30]))
    mixed = ordered.mixed(lambda stream: stream)
    assert mixed.records.stream.tolist() == [10, 11, 10]
    assert len(ordered.mixed(lambda stream: stream // 10)) == 0
    assert len(Groups(lambda stream: stream).follow(records([])).mixed(lambda stream: stream)) == 0
