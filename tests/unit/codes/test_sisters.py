"""The codes of other systems: what their authors published comes out."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.codes import sisters

VECTORS: Any = json.loads(files("harness.codes").joinpath("sisters-vectors.json").read_text(encoding="utf-8"))


def test_signals_published_number_comes_out() -> None:
    vector = VECTORS["signal"]
    alice, bob = (
        sisters.signal_half(person["identifier"].encode(), bytes.fromhex(person["key"])) for person in vector["people"]
    )
    assert sisters.signal_number(alice, bob) == sisters.signal_number(bob, alice) == vector["number"]


def test_every_iteration_and_the_identifier_count() -> None:
    key = bytes.fromhex(VECTORS["signal"]["people"][0]["key"])
    assert len({sisters.signal_half(name, key, count) for name in (b"a", b"b") for count in (1, 2, 3)}) == 6


@pytest.mark.parametrize("vector", VECTORS["matrix-decimal"]["vectors"], ids=lambda vector: vector["bytes"])
def test_matrixs_published_numbers_come_out(vector: Any) -> None:
    assert list(sisters.matrix_decimal(bytes.fromhex(vector["bytes"]))) == vector["numbers"]


@given(st.binary(min_size=5, max_size=5))
def test_the_decimal_numbers_are_those_of_the_specification(drawn: bytes) -> None:
    # The bitwise operations as "SAS method: decimal" writes them.
    b0, b1, b2, b3, b4 = drawn
    first = (b0 << 5 | b1 >> 3) + 1000
    second = ((b1 & 0x7) << 10 | b2 << 2 | b3 >> 6) + 1000
    third = ((b3 & 0x3F) << 7 | b4 >> 1) + 1000
    assert sisters.matrix_decimal(drawn) == (first, second, third)


@pytest.mark.parametrize("wrong", [b"", b"1234", b"123456"])
def test_a_decimal_sas_is_made_of_five_bytes(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="5 bytes"):
        sisters.matrix_decimal(wrong)
