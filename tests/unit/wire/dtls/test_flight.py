"""Records travel whole, and as many together as the path takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.dtls import records
from harness.wire.dtls.flight import MTU, datagrams


def record(length: int) -> bytes:
    return bytes.fromhex("17fefd0001000000000001") + length.to_bytes(2, "big") + bytes(length)


@given(st.lists(st.integers(min_value=0, max_value=MTU - 13)))
def test_a_stream_is_packed_without_cutting_a_record(lengths: list[int]) -> None:
    stream = b"".join(record(length) for length in lengths)
    packed = list(datagrams(stream))
    assert b"".join(packed) == stream
    assert all(len(datagram) <= MTU for datagram in packed)
    assert [len(found.fragment) for datagram in packed for found in records(datagram)] == lengths


def test_as_many_records_as_fit_travel_together() -> None:
    assert [len(datagram) for datagram in datagrams(record(587) * 3)] == [1200, 600]


def test_a_record_longer_than_the_path_travels_alone() -> None:
    assert [len(datagram) for datagram in datagrams(record(10) + record(2000) + record(10))] == [23, 2013, 23]


def test_a_stream_that_ends_inside_a_record_is_refused() -> None:
    with pytest.raises(ValueError, match="only 9 are there"):
        list(datagrams(record(10)[:-1]))
