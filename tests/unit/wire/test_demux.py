"""RFC 7983 section 7, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.demux import PacketClass, classify

LONG = bytes(40)


@pytest.mark.parametrize(
    ("first_bytes", "expected"),
    [
        (range(0, 4), PacketClass.STUN),
        (range(4, 16), PacketClass.OTHER),
        (range(16, 20), PacketClass.ZRTP),
        (range(20, 64), PacketClass.DTLS),
        (range(64, 80), PacketClass.TURN_CHANNEL),
        (range(80, 128), PacketClass.OTHER),
        (range(128, 192), PacketClass.SRTP),
        (range(192, 256), PacketClass.OTHER),
    ],
)
def test_the_first_byte_says_which_protocol(first_bytes: range, expected: PacketClass) -> None:
    assert {classify(bytes([first]) + LONG) for first in first_bytes} == {expected}


def test_packet_types_192_to_223_are_rtcp_and_all_others_rtp() -> None:
    rtcp = {second for second in range(256) if classify(bytes([0x80, second]) + LONG) is PacketClass.SRTCP}
    assert rtcp == set(range(192, 224))


def test_the_second_byte_means_nothing_outside_rtp() -> None:
    assert classify(b"\x16\xc8" + LONG) is PacketClass.DTLS


@pytest.mark.parametrize(
    ("start", "shortest", "expected"),
    [
        (b"\x00", 20, PacketClass.STUN),
        (b"\x16", 13, PacketClass.DTLS),
        (b"\x40", 4, PacketClass.TURN_CHANNEL),
        (b"\x80\x60", 12, PacketClass.SRTP),
        (b"\x80\xc8", 8, PacketClass.SRTCP),
        (b"\x10", 12, PacketClass.ZRTP),
    ],
)
def test_what_is_shorter_than_its_header_is_other(start: bytes, shortest: int, expected: PacketClass) -> None:
    whole = start.ljust(shortest, b"\x00")
    assert classify(whole) is expected
    assert classify(whole[:-1]) is PacketClass.OTHER


def test_an_empty_datagram_is_other() -> None:
    assert classify(b"") is PacketClass.OTHER


def test_the_numbers_that_packet_tables_store_stay() -> None:
    stored = {"OTHER": 0, "STUN": 1, "DTLS": 2, "TURN_CHANNEL": 3, "SRTP": 4, "SRTCP": 5, "ZRTP": 6}
    assert {member.name: member.value for member in PacketClass} == stored


@given(st.binary(max_size=40))
def test_every_datagram_has_a_class(data: bytes) -> None:
    assert classify(data) in PacketClass
