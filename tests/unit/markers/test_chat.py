"""A token in a text: found wherever it is whole, and in no text that only looks like it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.markers.chat import markers, token


@given(st.integers(0, 2**64 - 1), st.binary(max_size=50), st.binary(max_size=50))
def test_a_marker_is_found_in_whatever_is_around_it(marker: int, before: bytes, behind: bytes) -> None:
    assert markers(before + token(marker).encode() + behind) == (marker,)


@given(st.integers(0, 2**64 - 1), st.integers(0, 28), st.sampled_from(b"0123456789abcdef-hm"))
def test_a_token_with_one_other_character_is_none(marker: int, place: int, other: int) -> None:
    text = bytearray(token(marker).encode())
    if text[place] != other:
        text[place] = other
        assert markers(bytes(text)) == ()


@given(st.binary(max_size=300))
def test_other_bytes_hold_none(data: bytes) -> None:
    assert markers(data) == ()


def test_each_marker_is_told_once_in_the_order_of_the_text() -> None:
    assert markers(f"{token(2)} {token(1)}{token(2)}".encode()) == (2, 1)
