"""The table of indexes, against a dictionary that forgets nothing: within one turn they tell the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.misuse.entry import ENTRY, Meeting
from harness.inspection.misuse.index_table import SLOTS, IndexTable

indexes = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2), st.integers(0, 2)), max_size=60)


def entries(heads: list[int], tails: list[int]) -> np.ndarray:
    made = np.zeros(len(heads), ENTRY)
    made["head"][:, 0] = np.array(heads, np.uint64) * np.uint64(0x0F0F_0F0F_0F0F_0F0F)
    made["tail"], made["length"] = tails, 100
    return made


@given(indexes, st.integers(0, 60), st.sampled_from([0, SLOTS - 20, 5 * SLOTS - 1]))
def test_each_packet_is_held_against_the_latest_with_its_index(
    packets: list[tuple[int, int, int]], cut: int, base: int
) -> None:
    table, known = IndexTable(), dict[int, tuple[int, int]]()
    for window in (packets[:cut], packets[cut:]):
        if not window:
            continue
        index = np.array([base + number for number, _, _ in window])
        kinds, _ = table.add(index, entries([head for _, head, _ in window], [tail for _, _, tail in window]))
        for kind, (number, head, tail) in zip(kinds.tolist(), window, strict=True):
            before = known.get(number)
            known[number] = (head, tail)
            if before is None:
                assert kind == Meeting.FIRST
            elif before[0] != head:
                assert kind == Meeting.REUSED
            else:
                assert kind == (Meeting.IDENTICAL if before[1] == tail else Meeting.RESENT)


def test_a_full_turn_later_the_slot_is_another_index() -> None:
    table = IndexTable()
    table.add(np.array([5]), entries([1], [1]))
    kinds, before = table.add(np.array([5 + SLOTS]), entries([2], [2]))
    assert kinds.tolist() == [Meeting.FIRST]
    assert before["tail"].tolist() == [1]


def test_an_index_below_zero_is_an_index() -> None:
    """An estimate begins with the first packet's number, and an older packet may come after it."""
    table = IndexTable()
    table.add(np.array([0, -1]), entries([1, 2], [1, 2]))
    assert table.add(np.array([-1]), entries([2], [2]))[0].tolist() == [Meeting.IDENTICAL]


def test_what_two_tables_share() -> None:
    one, other = IndexTable(), IndexTable()
    one.add(np.arange(10), entries([1] * 10, [*range(10)]))
    other.add(np.arange(7, 12), entries([2] * 5, [*range(7, 12)]))
    mine, theirs = one.shared(other)
    assert mine["tail"].tolist() == theirs["tail"].tolist() == [7, 8, 9]
