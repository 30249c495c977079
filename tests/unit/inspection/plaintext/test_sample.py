"""Excerpts: samples in the sender's order, each once, and which of them are neighbours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.plaintext.sample import Excerpt, Sample


def sample(sequence: int, timestamp: int = 0, payload: bytes = b"media") -> Sample:
    return Sample(111, False, sequence & 0xFFFF, timestamp & 0xFFFF_FFFF, payload)


@given(st.integers(0, 0xFFFF), st.permutations(range(40)))
def test_the_order_is_the_senders_across_the_wrap(first: int, places: list[int]) -> None:
    excerpt = Excerpt(sample(first + place) for place in places)

    assert [one.sequence for one in excerpt.samples] == [first + place & 0xFFFF for place in range(40)]


def test_second_copies_and_empty_payloads_are_left_out_but_not_another_payload_of_the_same_number() -> None:
    excerpt = Excerpt([sample(1), sample(1), sample(2, payload=b""), sample(1, payload=b"other")])

    assert [one.payload for one in excerpt.samples] == [b"media", b"other"]


def test_neighbours_are_at_most_eight_numbers_apart_and_their_clock_may_wrap() -> None:
    excerpt = Excerpt([sample(1, 2**32 - 960), sample(2, 0), sample(10, 7_680), sample(19, 16_320)])

    assert [(pair.gap, pair.ticks) for pair in excerpt.neighbours] == [(1, 960), (8, 7_680)]


def test_more_tail_than_payload_leaves_nothing() -> None:
    assert sample(1, payload=b"0123456789").without(4) == b"012345"
    assert sample(1, payload=b"0123456789").without(16) == b""
