"""What bits in a row do not show: each test against what it is for, and against noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from harness.inspection.statistics import structure
from harness.vantage.window import Bytes

LENGTHS = (61, 80, 99)


def noise(packets: int = 400, seed: int = 1) -> list[Bytes]:
    random = np.random.default_rng(seed)
    return [random.integers(0, 256, LENGTHS[number % 3], np.uint8) for number in range(packets)]


def key_repeated(packets: Sequence[Bytes]) -> float | None:
    return structure.key_repeated(packets, [len(packet) + 10 for packet in packets])


TESTS: dict[str, Callable[[Sequence[Bytes]], float | None]] = {
    "bytes": lambda packets: structure.bytes_uneven(np.concatenate([np.zeros(0, np.uint8), *packets])),
    "columns": structure.columns_uneven,
    "neighbours": structure.neighbours_alike,
    "blocks": structure.blocks_repeated,
    "key": key_repeated,
}


@pytest.mark.parametrize("test", TESTS)
def test_noise_is_not_odd_and_a_few_bytes_are_too_few(test: str) -> None:
    found = TESTS[test](noise())
    assert found is not None
    assert 1e-3 < found <= 1
    assert TESTS[test](noise(packets=3)) is None
    assert TESTS[test]([]) is None


def test_bytes_of_which_one_in_fifty_is_zero() -> None:
    data = np.concatenate(noise())
    data[::50] = 0
    assert (structure.bytes_uneven(data) or 0) < 1e-50


@pytest.mark.parametrize("place", [0, 5, structure.COLUMNS - 1])
@pytest.mark.parametrize("half", [0x0F, 0xF0])
def test_half_a_byte_that_every_packet_has_in_one_place(place: int, half: int) -> None:
    packets = noise()
    for packet in packets:
        packet[place] |= half
    found = structure.columns_uneven(packets)
    assert found is not None
    assert found < 1e-100


def test_packets_that_each_begin_like_the_one_before_but_slowly_change() -> None:
    packets = noise()
    for number, packet in enumerate(packets):
        packet[3] = number // 4
    assert (structure.neighbours_alike(packets) or 0) < 1e-50


def test_the_xor_of_neighbours_that_is_uneven_though_no_byte_is_often_the_same() -> None:
    """All packets under one keystream, each byte in clear odd or even in turn: no two neighbours are ever equal."""
    random = np.random.default_rng(2)
    keystream = random.integers(0, 256, 99, np.uint8)
    packets = [
        (random.integers(0, 128, len(one), np.uint8) * 2 + number % 2).astype(np.uint8) ^ keystream[: len(one)]
        for number, one in enumerate(noise())
    ]
    found = structure.neighbours_alike(packets)
    assert found is not None
    assert found < 1e-100


def test_one_block_that_occurs_twice_and_the_same_bytes_between_blocks() -> None:
    packets = noise()
    packets[300][16:24] = packets[10][40:48]
    repeated = structure.blocks_repeated(packets)
    assert repeated is not None
    assert 0 < repeated < 1e-9
    packets = noise()
    packets[300][17:25] = packets[10][40:48]
    assert structure.blocks_repeated(packets) == 1


@pytest.mark.parametrize("size", [1, 2, 31, structure.LONGEST_KEY])
def test_a_key_that_runs_on_over_packets_which_begin_alike(size: int) -> None:
    """The rest of each packet is noise; what is in clear is its first byte, and behind each there is a tag."""
    key, at = np.random.default_rng(3).integers(0, 256, size, np.uint8), 0
    packets = noise(packets=1_500)
    for packet in packets:
        packet[0] = 0x78 ^ key[at % size]
        at += len(packet)
    found = key_repeated(packets)
    assert found is not None
    assert found < 1e-100
