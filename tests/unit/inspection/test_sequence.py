"""Extended sequence numbers of many streams at once, against the one-packet-at-a-time algorithm of RFC 3711."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.sequence import extend, late

Streams = list[list[int]]
# Steps that loss and reordering make, across the turn of the number too.
streams = st.lists(
    st.tuples(st.integers(0, 65_535), st.lists(st.integers(-300, 300), max_size=30)), min_size=1, max_size=5
)


def receiver(sequence: list[int]) -> list[int]:
    """RFC 3711 appendix A, as it is written there: the index is guessed from the highest one so far."""
    found: list[int] = []
    highest = sequence[0]
    for number in sequence:
        counter, last = highest >> 16, highest & 0xFFFF
        if last < 32_768:
            guess = counter - 1 if number - last > 32_768 else counter
        else:
            guess = counter + 1 if last - 32_768 > number else counter
        found.append((guess << 16) + number)
        highest = max(highest, found[-1])
    return found


def columns(made: list[tuple[int, list[int]]]) -> tuple[Streams, np.ndarray, np.ndarray]:
    numbers = [[(first + step) % 65_536 for step in [0, *np.cumsum(steps).tolist()]] for first, steps in made]
    starts = np.cumsum([0, *map(len, numbers[:-1])])
    return numbers, np.concatenate(numbers), starts


@given(streams)
def test_every_stream_is_extended_as_its_receiver_would(made: list[tuple[int, list[int]]]) -> None:
    numbers, flat, starts = columns(made)
    found = extend(flat, starts, flat[starts])
    assert found.tolist() == [index for stream in numbers for index in receiver(stream)]


@given(streams, st.integers(0, 30))
def test_it_goes_on_over_windows(made: list[tuple[int, list[int]]], cut: int) -> None:
    for numbers in columns(made)[0]:
        whole = extend(np.array(numbers), np.array([0]), np.array(numbers[:1]))
        head, tail = numbers[:cut], numbers[cut:]
        if head and tail:
            first = extend(np.array(head), np.array([0]), np.array(head[:1]))
            second = extend(np.array(tail), np.array([0]), first[-1:])
            assert [*first, *second] == whole.tolist()


@given(streams)
def test_what_came_late_and_what_came_again(made: list[tuple[int, list[int]]]) -> None:
    _, flat, starts = columns(made)
    extended = extend(flat, starts, flat[starts])
    behind, again = late(extended, starts, extended[starts] - 1)
    for stream in np.split(np.arange(len(flat)), starts[1:]):
        numbers = extended[stream].tolist()
        for at, place in enumerate(stream):
            assert behind[place] == (at > 0 and numbers[at] <= max(numbers[:at]))
            assert again[place] == (numbers[at] in numbers[:at])
