"""Bencoding: what is written is read again, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import bencode

VALUES = st.recursive(
    st.integers(-(10**18), 10**18) | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc-", max_size=4), inner, max_size=4).map(
            lambda one: {key.encode(): value for key, value in one.items()}
        )
    ),
    max_leaves=12,
)


def texts(value: bencode.Read) -> bencode.Value:
    """The same with keys as they are written."""
    if isinstance(value, dict):
        return {key.decode(): texts(one) for key, one in value.items()}
    return [texts(one) for one in value] if isinstance(value, list) else value


@given(VALUES)
def test_what_is_written_is_read_again(value: bencode.Read) -> None:
    assert bencode.read(bencode.written(texts(value))) == value


def test_the_example_that_everybody_knows() -> None:
    assert bencode.written({"spam": ["a", "b"], "cow": "moo", "n": -3}) == b"d3:cow3:moo1:ni-3e4:spaml1:a1:bee"


@pytest.mark.parametrize(
    "data", [b"", b"i1", b"ie", b"i1ex", b"5:abc", b"-1:a", b"l", b"d1:ae", b"di1ei2ee", b"x", b"l" * 100, b"9" * 40]
)
def test_what_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="byte"):
        bencode.read(data)
