"""The jitter window: any order within its depth becomes the order of the sender, and nothing is lost silently."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.recover.jitter import DEPTH, InOrder, JitterWindow
from harness.wire.rtp import RtpHeader


def arrived(sequences: Iterable[int]) -> tuple[JitterWindow, list[InOrder]]:
    window = JitterWindow()
    found: list[InOrder] = []
    for time, sequence in enumerate(sequences):
        header = RtpHeader(False, False, 0, sequence & 0xFFFF, 0, ssrc=1)
        found += window.add(float(time), header, b"payload")
    return window, [*found, *window.flush()]


def numbers(packets: Iterable[InOrder]) -> list[int]:
    return [packet.header.sequence for packet in packets]


@given(st.integers(0, 0xFFFF), st.integers(1, 300), st.randoms(use_true_random=False))
def test_packets_that_are_shuffled_by_less_than_the_depth_come_out_in_order(
    first: int, count: int, random: Random
) -> None:
    places = sorted(range(count), key=lambda place: place + random.uniform(0, DEPTH / 2))
    # The first packet tells where the stream begins.
    places.sort(key=lambda place: place != 0)
    window, found = arrived(first + place for place in places)

    assert numbers(found) == [first + place & 0xFFFF for place in range(count)]
    assert (window.lost, window.late, window.duplicates, window.restarts, window.stray) == (0, 0, 0, 0, 0)


@given(st.integers(0, 0xFFFF), st.sets(st.integers(1, 198), max_size=60))
def test_what_is_missing_is_counted_where_it_is_missing(first: int, missing: set[int]) -> None:
    window, found = arrived(first + place for place in range(200) if place not in missing)

    assert window.lost == sum(packet.lost for packet in found) == len(missing)
    for before, after in pairwise(found):
        assert after.header.sequence - before.header.sequence & 0xFFFF == after.lost + 1


def test_second_copies_are_left_out_also_of_packets_that_have_gone() -> None:
    window, found = arrived([1, 2, 2, *range(3, 200), 150, 190])

    assert numbers(found) == list(range(1, 200))
    assert (window.duplicates, window.lost, window.late) == (3, 0, 0)


def test_one_that_comes_too_late_stays_lost() -> None:
    window, found = arrived([1, 2, 4, *range(5, 80), 3])

    assert 3 not in numbers(found)
    assert (window.lost, window.late) == (1, 1)
    assert window.problems() == ("1 packets came too late to be used",)


def test_a_sender_that_begins_again_is_followed_and_its_jump_is_no_loss() -> None:
    window, found = arrived([*range(100, 110), *range(40_000, 40_010)])

    # RFC 3550 appendix A.1: the first packet of the new sequence is not believed before the second one.
    assert numbers(found) == [*range(100, 110), *range(40_001, 40_010)]
    assert (window.restarts, window.stray, window.lost) == (1, 1, 0)


def test_stray_packets_do_not_disturb_the_stream() -> None:
    window, found = arrived([1, 2, 3, 50_000, 4, 5, 30_000, 6])

    assert numbers(found) == [1, 2, 3, 4, 5, 6]
    assert (window.stray, window.restarts) == (2, 0)


@given(st.lists(st.integers(0, 0xFFFF), max_size=300))
def test_every_packet_is_used_or_counted_whatever_its_number(sequences: list[int]) -> None:
    window, found = arrived(sequences)

    assert len(found) + window.duplicates + window.late + window.stray == len(sequences)


def test_large_packets_do_not_wait_for_the_whole_depth() -> None:
    window, found = JitterWindow(), 0
    for sequence in range(10):
        header = RtpHeader(False, False, 0, sequence, 0, ssrc=1)
        found += len(list(window.add(0.0, header, bytes(65_000))))

    assert found == 6  # four of 65,000 bytes fit into the 256 KiB that are held back
