"""Rest: a stream sleeps until the capture has grown, and never wakes another or hides it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.plaintext.rest import Rest

streams = st.integers(0, 2**63 - 1)


@given(st.sets(streams, max_size=40), st.lists(streams, max_size=80))
def test_whoever_does_not_rest_is_awake(resting: set[int], others: list[int]) -> None:
    rest = Rest()
    for stream in resting:
        rest.add(stream)

    awake = rest.awake(np.array([*resting, *others], np.int64))

    assert all(awake[place] for place, stream in enumerate([*resting, *others]) if stream not in resting)


@given(streams)
def test_one_that_rests_is_passed_over_until_the_capture_has_grown(stream: int) -> None:
    rest, packets = Rest(), np.full(1_000, stream, np.int64)
    assert rest.awake(packets).all()
    rest.add(stream)

    slept = 0
    while not rest.awake(packets).any():
        slept += 1

    assert slept == 16  # of 17 times 1,000 packets, the last one takes it beyond 16,384
    assert stream not in rest


def test_two_streams_of_one_slot_are_told_apart() -> None:
    rest = Rest()
    rest.add(1)
    rest.add(1 << 16)

    assert 1 in rest
    assert rest.awake(np.array([1, 1 << 16, 2])).tolist()[1:] == [False, True]
