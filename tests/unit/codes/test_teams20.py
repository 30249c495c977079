"""The 20-digit code: the published vectors, and what must never look like a code."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.codes import teams20

LOW = bytes(range(32))
HIGH = bytes(range(32, 64))
THUMBPRINTS = st.binary(min_size=32, max_size=32)

PUBLISHED = [
    (LOW, HIGH, "65921 65961 22486 75366"),
    (HIGH, LOW, "90116 61633 22585 38948"),
    ((194).to_bytes(32, "big"), HIGH, "00616 65753 05572 21667"),
]


@pytest.mark.parametrize(("caller", "callee", "shown"), PUBLISHED)
def test_the_published_vectors_come_out(caller: bytes, callee: bytes, shown: str) -> None:
    assert teams20.grouped(teams20.code(caller, callee)) == shown


def test_the_vector_file_holds_the_published_vectors_and_no_others() -> None:
    document = json.loads(files("harness.codes").joinpath("teams20-vectors.json").read_text(encoding="utf-8"))
    assert document["derivation"] == "teams20/v1"
    rows = [(bytes.fromhex(row["caller"]), bytes.fromhex(row["callee"]), row["code"]) for row in document["vectors"]]
    assert rows == PUBLISHED


def test_a_thumbprint_is_the_sha256_of_the_certificate() -> None:
    # SHA-256("abc") of FIPS 180-2, appendix B.1.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert teams20.thumbprint(b"abc").hex() == expected


def test_no_certificate_has_no_thumbprint() -> None:
    with pytest.raises(ValueError, match="empty certificate"):
        teams20.thumbprint(b"")


@given(THUMBPRINTS)
def test_a_reflected_call_has_no_code(thumbprint: bytes) -> None:
    with pytest.raises(ValueError, match="reflected"):
        teams20.code(thumbprint, thumbprint)


@pytest.mark.parametrize("wrong", [b"", LOW[:31], LOW + b"\x00"])
def test_a_thumbprint_of_another_length_is_refused_on_either_side(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="the caller's thumbprint"):
        teams20.code(wrong, HIGH)
    with pytest.raises(ValueError, match="the callee's thumbprint"):
        teams20.code(HIGH, wrong)


@given(THUMBPRINTS, THUMBPRINTS)
def test_every_code_is_twenty_digits_of_the_specified_number(caller: bytes, callee: bytes) -> None:
    if caller == callee:
        return
    digits = teams20.code(caller, callee)
    assert len(digits) == 20
    assert digits.isascii()
    assert digits.isdigit()
    number = int(sha256(b"teams20/v1" + b"\x00" + caller + callee).hexdigest(), 16)
    assert int(digits) == number % 10**20


@given(THUMBPRINTS, THUMBPRINTS, st.integers(4, 20))
def test_a_short_code_is_the_end_of_the_whole_one(caller: bytes, callee: bytes, digits: int) -> None:
    if caller == callee:
        return
    assert teams20.short_code(caller, callee, digits) == teams20.code(caller, callee)[-digits:]


@pytest.mark.parametrize(
    ("digits", "shown"), [(4, "1667"), (9, "557221667"), (10, "0557221667"), (19, "0616657530557221667")]
)
def test_a_short_code_keeps_its_zeros(digits: int, shown: str) -> None:
    assert teams20.short_code((194).to_bytes(32, "big"), HIGH, digits) == shown


@pytest.mark.parametrize("digits", [-1, 0, 3, 21])
def test_other_lengths_are_no_code(digits: int) -> None:
    with pytest.raises(ValueError, match=f"4 to 20 digits, not {digits}"):
        teams20.short_code(LOW, HIGH, digits)


def test_a_reflected_call_has_no_short_code_either() -> None:
    with pytest.raises(ValueError, match="reflected"):
        teams20.short_code(LOW, LOW, 4)


@pytest.mark.parametrize("wrong", ["", "1" * 19, "1" * 21, "1" * 19 + "x", "1" * 19 + "١", "1" * 20 + "\n"])
def test_only_twenty_plain_digits_are_grouped(wrong: str) -> None:
    with pytest.raises(ValueError, match="20 decimal digits"):
        teams20.grouped(wrong)
