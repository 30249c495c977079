"""A word is a marker and its checksum: it comes back whole or not at all."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.markers.word import WORD_BYTES, pack, unpack

markers = st.integers(min_value=0, max_value=2**64 - 1)


def crc32_bit_by_bit(data: bytes) -> int:
    """CRC-32 as ISO 3309 defines it, by long division."""
    register = 0xFFFF_FFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xEDB8_8320 if register & 1 else 0)
    return register ^ 0xFFFF_FFFF


def test_the_division_used_here_gives_the_published_check_value() -> None:
    assert crc32_bit_by_bit(b"123456789") == 0xCBF4_3926


@given(markers)
def test_a_word_is_the_marker_and_its_crc32_both_big_endian(marker: int) -> None:
    body = marker.to_bytes(8, "big")

    assert pack(marker) == body + crc32_bit_by_bit(body).to_bytes(4, "big")
    assert unpack(pack(marker)) == marker


@given(markers, st.integers(min_value=1, max_value=2**96 - 1))
def test_damage_is_refused_unless_it_makes_another_whole_word(marker: int, damage: int) -> None:
    damaged = (int.from_bytes(pack(marker), "big") ^ damage).to_bytes(WORD_BYTES, "big")

    found = unpack(damaged)

    assert found is None or (found != marker and pack(found) == damaged)


def test_every_damage_of_one_two_or_three_bits_is_refused() -> None:
    word = int.from_bytes(pack(0x0123_4567_89AB_CDEF), "big")
    for bits in (1, 2, 3):
        for places in combinations(range(8 * WORD_BYTES), bits):
            assert unpack((word ^ sum(1 << place for place in places)).to_bytes(WORD_BYTES, "big")) is None, places


@given(markers)
def test_the_complement_of_a_word_is_no_word(marker: int) -> None:
    assert unpack(bytes(byte ^ 0xFF for byte in pack(marker))) is None


@pytest.mark.parametrize("constant", [0x00, 0xFF])
def test_a_constant_is_no_word(constant: int) -> None:
    assert unpack(bytes([constant]) * WORD_BYTES) is None


@given(st.binary(max_size=40).filter(lambda data: len(data) != WORD_BYTES))
def test_another_length_is_no_word(data: bytes) -> None:
    assert unpack(data) is None


@pytest.mark.parametrize("marker", [-1, 2**64])
def test_a_marker_beyond_64_bits_is_refused(marker: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        pack(marker)


@given(markers)
def test_the_name_of_a_word_stands_before_it_under_the_checksum(marker: int) -> None:
    body = marker.to_bytes(8, "big")

    assert pack(marker, b"screen") == body + crc32_bit_by_bit(b"screen" + body).to_bytes(4, "big")
    assert unpack(pack(marker, b"screen"), b"screen") == marker


@given(markers)
def test_a_word_of_one_name_is_none_of_another(marker: int) -> None:
    assert unpack(pack(marker), b"screen") is None
    assert unpack(pack(marker, b"screen")) is None
