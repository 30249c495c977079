"""Headers are loaded from anywhere, also from where the bytes end."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vantage.gather import load


@given(st.data(), st.binary(max_size=40), st.sampled_from(["B", "H", "I", "Q"]))
def test_a_number_is_what_struct_reads_there_with_zeros_behind_the_end(
    draw: st.DataObject, content: bytes, code: str
) -> None:
    places = draw.draw(st.lists(st.integers(0, len(content) + 10)))
    found = load(np.frombuffer(content, np.uint8), np.array(places, np.int64), np.dtype(f">{code}"))
    padded = content + bytes(20)
    assert found.tolist() == [struct.unpack_from(f"!{code}", padded, place)[0] for place in places]


@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_header_comes_with_its_fields(at: int) -> None:
    header = np.dtype([("kind", "u1"), ("size", ">u2"), ("rest", "V4")])
    data = np.frombuffer(bytes(at) + bytes.fromhex("07 0102 aabbccdd"), np.uint8)
    found = load(data, np.array([at]), header)
    assert found["kind"].tolist() == [7]
    assert found["size"].tolist() == [0x0102]
    assert found["rest"][0].tobytes() == bytes.fromhex("aabbccdd")
