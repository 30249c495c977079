"""A table of zeros: it can be written to, and takes memory for what was."""

from __future__ import annotations

import resource

import numpy as np

from harness.vantage.untouched import untouched

LARGE = 1 << 30


def test_it_is_all_zeros_and_can_be_written_to() -> None:
    table = untouched(1_000, np.int64)
    assert len(table) == 1_000 and not table.any()
    table[7] = -1
    assert table[7] == -1 and np.count_nonzero(table) == 1


def test_entries_of_several_fields() -> None:
    table = untouched(3, np.dtype([("one", "<u4"), ("other", "<u2")]))
    table["other"][2] = 5
    assert table.tolist() == [(0, 0), (0, 0), (0, 5)]


def test_what_nobody_writes_to_takes_no_memory() -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    before = peak()
    tables = [untouched(LARGE, np.uint8) for _ in range(4)]
    for table in tables:
        table[:: LARGE // 4] = 1
        assert not table[1 : LARGE // 4].any()
    assert peak() - before < LARGE // 16
