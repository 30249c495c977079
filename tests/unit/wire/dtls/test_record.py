"""The record layer, on records built by hand and on those that OpenSSL writes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import dtls
from harness.wire.dtls import ContentType, Record

from ..openssl_pair import identity, shake_hands


def record(kind: int, fragment: bytes, epoch: int = 0, sequence: int = 0, version: int = 0xFEFD) -> bytes:
    """RFC 6347 section 4.1."""
    numbers = version.to_bytes(2, "big") + epoch.to_bytes(2, "big") + sequence.to_bytes(6, "big")
    return bytes([kind]) + numbers + len(fragment).to_bytes(2, "big") + fragment


def test_a_record() -> None:
    (read,) = dtls.records(bytes.fromhex("16 fefd 0001 000200000003 0002 abcd"))
    assert read == Record(ContentType.HANDSHAKE, 0xFEFD, 1, 0x0002_0000_0003, b"\xab\xcd")


def test_several_records_of_one_datagram() -> None:
    read = dtls.records(record(20, b"\x01") + record(22, bytes(40), epoch=1) + record(23, b""))
    assert [(one.content_type, one.epoch, len(one.fragment)) for one in read] == [
        (ContentType.CHANGE_CIPHER_SPEC, 0, 1),
        (ContentType.HANDSHAKE, 1, 40),
        (ContentType.APPLICATION_DATA, 0, 0),
    ]


@pytest.mark.parametrize(
    ("data", "encrypted"),
    [
        (record(22, bytes(20)), False),
        (record(22, bytes(20), epoch=1), True),
        (record(25, bytes(20)), True),
        (bytes([0b0010_1110]) + bytes.fromhex("0001 0010") + bytes(16), True),
    ],
)
def test_what_is_encrypted(data: bytes, encrypted: bool) -> None:
    (read,) = dtls.records(data)
    assert read.encrypted is encrypted


def test_dtls_13_ciphertext_with_and_without_a_length() -> None:
    # RFC 9147 figure 3: 0 0 1 C S L E E
    with_length = bytes([0b0010_1110]) + bytes.fromhex("1234 0010") + b"c" * 16
    to_the_end = bytes([0b0010_0011]) + b"\x56" + b"d" * 16
    first, second = dtls.records(with_length + to_the_end)
    assert first == Record(ContentType.UNIFIED, 0xFEFC, 2, 0x1234, b"c" * 16)
    assert second == Record(ContentType.UNIFIED, 0xFEFC, 3, 0x56, b"d" * 16)


def test_a_connection_id_stays_in_the_fragment() -> None:
    (read,) = dtls.records(bytes([0b0011_1110]) + b"id" + b"e" * 20)
    assert read.fragment == b"id" + b"e" * 20


def test_a_dtls_12_record_with_a_connection_id_reaches_to_the_end() -> None:
    # RFC 9146 section 4: the connection id stands between the sequence number and the length.
    (read,) = dtls.records(bytes.fromhex("19 fefd 0001 000000000007") + b"id" + bytes.fromhex("0003 abcdef"))
    assert read == Record(ContentType.TLS12_CID, 0xFEFD, 1, 7, b"id" + bytes.fromhex("0003 abcdef"))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty datagram"),
        (record(22, b"abc")[:12], "byte 0 is cut off in its header"),
        (record(22, b"abc")[:-1], "byte 0 says 3 bytes, only 2 are there"),
        (record(22, b"abc") + b"\x16", "byte 16 is cut off in its header"),
        (record(19, b"abc"), "unknown content type 19"),
        (record(27, b"abc"), "unknown content type 27"),
        (record(22, b"abc", version=0x0303), "version 0x0303, which is not DTLS"),
        (record(22, bytes(2**14 + 2049)), "longer than 18432"),
        (bytes([0b0010_0000]) + bytes(1 + 2**14 + 2049), "DTLS 1.3 record at byte 0 is longer than 18432"),
        (bytes([0b0010_0000]) + bytes(16), "DTLS 1.3 record at byte 0 is cut off"),
        (bytes([0b0010_0100]) + bytes.fromhex("01 0020") + bytes(16), "more bytes than are there"),
    ],
)
def test_a_malformed_record_is_refused_with_its_place(data: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        dtls.records(data)


def test_the_longest_records_are_read() -> None:
    longest = bytes(2**14 + 2048)
    for data in (record(22, longest), bytes([0b0010_0000, 0]) + longest):
        assert dtls.records(data)[0].fragment == longest


def test_what_comes_before_a_malformed_record_can_still_be_read() -> None:
    reading = dtls.iter_records(record(21, b"\x02\x28") + b"\xff\xff")
    assert next(reading).content_type is ContentType.ALERT
    with pytest.raises(ValueError, match="at byte 15"):
        next(reading)


def test_every_byte_of_a_real_handshake_belongs_to_a_record() -> None:
    pair = shake_hands(identity("alice"), identity("bob"))
    for _, datagram in pair.datagrams:
        assert sum(13 + len(one.fragment) for one in dtls.records(datagram)) == len(datagram)
    assert any(one.encrypted for _, datagram in pair.datagrams for one in dtls.records(datagram))


@given(st.integers(0, 255), st.binary(max_size=100))
def test_whatever_comes_only_a_value_error_goes_out(kind: int, tail: bytes) -> None:
    for data in (tail, bytes([kind]) + tail, record(22, tail) + tail, record(21, tail[:20])):
        with suppress(ValueError):
            assert sum(len(one.fragment) for one in dtls.records(data)) <= len(data)
