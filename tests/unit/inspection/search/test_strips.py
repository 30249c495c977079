"""A secret is whole in a strip only if it lies in one place of one group."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.search.anchors import Form
from harness.inspection.search.groups import Groups, Ordered
from harness.inspection.search.records import Records, Region
from harness.inspection.search.sieve import Sieve
from harness.inspection.search.spelling import as_bytes, as_nibbles
from harness.inspection.search.strips import Split, search

from .hiding import KEY

HEAD, TAIL = Region("the head", 0, 0, 8), Region("the tail, from its end", 1, 8, 8, ending=True)
BYTEWISE = Sieve([Form(0, *one) for one in as_bytes(KEY)])
NIBBLEWISE = Sieve([Form(0, *one) for one in as_nibbles(KEY)], nibbles=True)


def table(records: int = 40, seed: int = 1) -> Records:
    cells = np.random.default_rng(seed).integers(0, 256, (records, 16), np.uint8)
    count = np.full((records, 2), 8, np.uint8)
    return Records(cells, count, np.zeros(records, np.int64), np.arange(1, records + 1))


def ordered(records: Records) -> Ordered:
    return Groups(lambda stream: stream).follow(records)


def found(records: Records) -> list[Split]:
    return list(search(ordered(records), (HEAD, TAIL), BYTEWISE, NIBBLEWISE))


@pytest.mark.parametrize(("column", "place"), [(3, "byte 3 of the head"), (13, "byte 3 of the tail, from its end")])
def test_places_are_named_from_the_end_where_they_are_fixed_to_it(column: int, place: str) -> None:
    records = table()
    records.cells[5:21, column] = np.frombuffer(KEY, np.uint8)
    (split,) = found(records)
    assert (split.place, split.first, split.last) == (place, 5, 20)


@pytest.mark.parametrize("width", [2, 4, 8])
def test_wider_shares_are_named_by_their_first_and_last_byte(width: int) -> None:
    records = table()
    records.cells[3 : 3 + 16 // width, :width] = np.frombuffer(KEY, np.uint8).reshape(-1, width)
    (split,) = found(records)
    assert split.place == f"bytes 0 to {width - 1} of the head"
    records = table()
    records.cells[3 : 3 + 16 // width, 16 - width :] = np.frombuffer(KEY, np.uint8).reshape(-1, width)
    (split,) = found(records)
    assert split.place == f"bytes {width} to 1 of the tail, from its end"


def test_records_that_are_too_short_are_passed_over() -> None:
    """Every second one has no byte 3; the others hold the key."""
    records = table()
    records.count[1::2, 0] = 3
    records.cells[0:32:2, 3] = np.frombuffer(KEY, np.uint8)
    (split,) = found(records)
    assert (split.first, split.last) == (0, 30)
    records.count[1::2, 0] = 4
    assert found(records) == []


def test_two_groups_or_two_places_end_to_end_are_not_one() -> None:
    records = table()
    records.cells[12:28, 3] = np.frombuffer(KEY, np.uint8)
    assert len(found(records)) == 1
    records.stream[20:] = 1
    assert found(records) == []
    records = table(records=8)
    records.cells[:, 3], records.cells[:, 4] = np.frombuffer(KEY, np.uint8).reshape(2, 8)
    assert found(records) == []


def test_what_was_found_before_is_not_found_again() -> None:
    groups, records = Groups(lambda stream: stream), table()
    records.cells[10:26, 3] = np.frombuffer(KEY, np.uint8)
    for expected in (1, 0):
        again = groups.follow(records if expected else table(seed=2))
        assert len(list(search(again, (HEAD, TAIL), BYTEWISE, NIBBLEWISE))) == expected


def test_none_and_one_record_hide_nothing() -> None:
    assert found(table(records=0)) == found(table(records=1)) == []
