"""A sample is bounded, and holds nothing twice."""

from __future__ import annotations

from harness.inspection.statistics.sample import FIRST_BYTES, LATER_BYTES, MOST_BYTES, MOST_LOOKS, Sample


def fill(sample: Sample, first: int = 0, size: int = 1_000) -> int:
    """How many packets it takes."""
    number = first
    while not sample.take(number, number.to_bytes(4, "big") * (size // 4), size + 10):
        number += 1
    return number + 1 - first


def test_first_much_then_little_now_and_then_then_no_more() -> None:
    sample = Sample()
    assert fill(sample) == -(-FIRST_BYTES // 1_000)
    assert fill(sample, first=1_000) == -(-LATER_BYTES // 1_000)
    turns = 2
    while not sample.full:
        fill(sample, first=1_000 * turns)
        turns += 1
    assert MOST_BYTES <= sample.ciphertext().size < MOST_BYTES + 1_000


def test_packets_stay_in_order_with_their_lengths_and_second_copies_are_left_out() -> None:
    sample = Sample()
    for number, data in ((7, b"first"), (8, b"second"), (7, b"first"), (7, b"other"), (9, b"")):
        sample.take(number, data, len(data) + 10)
    ciphertext = sample.ciphertext()
    assert [packet.tobytes() for packet in ciphertext.packets] == [b"first", b"second", b"other"]
    assert ciphertext.lengths == (15, 16, 15)


def test_copies_and_empty_packets_are_not_looked_at_for_ever() -> None:
    for data in (b"", b"the same again"):
        sample = Sample()
        answers = [sample.take(1, data, 10) for _ in range(2 * MOST_LOOKS)]
        assert [place + 1 for place, enough in enumerate(answers) if enough] == [MOST_LOOKS, 2 * MOST_LOOKS]
