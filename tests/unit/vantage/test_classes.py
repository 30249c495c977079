"""Whole columns are classified as each payload is by itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.vantage.classes import classify_rows
from harness.wire.demux import PacketClass, classify

headers = st.tuples(st.integers(0, 255), st.integers(0, 255)).map(bytes)
payloads = st.lists(st.one_of(st.binary(max_size=24), st.builds(bytes.__add__, headers, st.binary(max_size=24))))


@given(payloads)
def test_a_column_has_the_classes_of_its_payloads(sent: list[bytes]) -> None:
    length = np.array([len(one) for one in sent], np.int64)
    data = np.frombuffer(b"".join(sent), np.uint8)
    assert classify_rows(data, np.cumsum(length) - length, length).tolist() == [classify(one) for one in sent]


def test_every_pair_of_first_bytes_has_its_class_at_every_length_that_matters() -> None:
    firsts = [bytes((first, second)) for first in range(256) for second in (0, 191, 192, 200, 223, 224, 255)]
    sent = [(first + bytes(30))[:size] for first in firsts for size in (0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 19, 20, 32)]
    length = np.array([len(one) for one in sent], np.int64)
    data = np.frombuffer(b"".join(sent), np.uint8)
    found = classify_rows(data, np.cumsum(length) - length, length).tolist()
    assert found == [classify(one) for one in sent]
    assert set(found) == set(PacketClass)
