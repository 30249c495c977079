"""Only what DTLS certainly encrypted is taken out of its datagrams."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.statistics.records import Sealed, sealed

NONCE = b"\0\1\0\0\0\0\0\5"


def record(content: int, epoch: int, number: int, fragment: bytes) -> bytes:
    head = bytes([content]) + b"\xfe\xfd" + epoch.to_bytes(2, "big") + number.to_bytes(6, "big")
    return head + len(fragment).to_bytes(2, "big") + fragment


def test_application_data_of_dtls_12_without_its_explicit_nonce() -> None:
    datagram = record(23, 1, 5, NONCE + b"sealed") + record(23, 1, 6, NONCE + b"as well")
    assert list(sealed(datagram)) == [Sealed((1 << 48) + 5, b"sealed"), Sealed((1 << 48) + 6, b"as well")]


def test_handshake_alerts_and_empty_records_are_no_application_data() -> None:
    datagram = record(22, 0, 0, b"a clear hello") + record(21, 1, 1, NONCE + b"alert") + record(23, 1, 2, NONCE)
    assert list(sealed(datagram)) == []


def test_records_of_dtls_13_with_and_without_their_length() -> None:
    """RFC 9147 section 4: 0x20 is fixed, 0x08 says two bytes of number, 0x04 a length."""
    datagram = b"\x2e\x12\x34\0\6sealed" + b"\x2a\x56\x78up to the end"
    assert list(sealed(datagram)) == [Sealed(0x1234, b"sealed"), Sealed(0x5678, b"up to the end")]
    assert list(sealed(b"\x24\x12\0\3abc")) == [Sealed(0x12, b"abc")]


def test_behind_a_connection_id_nothing_is_certain() -> None:
    assert list(sealed(b"\x3e\1\2\3\4\0\6sealed")) == []


def test_a_record_that_is_cut_off_ends_the_reading() -> None:
    datagram = record(23, 1, 5, NONCE + b"sealed")
    assert list(sealed(datagram[:-1])) == []
    assert list(sealed(datagram + b"\x17\xfe")) == [Sealed((1 << 48) + 5, b"sealed")]


@given(st.binary(max_size=200))
def test_anything_can_be_read(datagram: bytes) -> None:
    assert sum(len(one.ciphertext) for one in sealed(datagram)) <= len(datagram)


@given(st.lists(st.binary(min_size=9, max_size=40), max_size=6))
def test_what_was_put_in_comes_out(fragments: list[bytes]) -> None:
    datagram = b"".join(record(23, 2, number, fragment) for number, fragment in enumerate(fragments))
    assert [one.ciphertext for one in sealed(datagram)] == [fragment[8:] for fragment in fragments]
