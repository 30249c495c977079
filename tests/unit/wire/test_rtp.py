"""RTP and RTCP headers, built by hand from the figures of RFC 3550."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import rtp

PLAIN = bytes.fromhex("80 60 1234 00010002 deadbeef") + b"payload"
FULL = bytes.fromhex(
    "b2 e0 ffff 80000000 00000001"  # padding, extension, two sources; marker, type 96
    "0000000a 0000000b"  # contributing sources
    "bede 0002 1011223344556600"  # RFC 8285 one-byte header extension of two words
) + bytes.fromhex("aabb 000003")


def test_a_plain_header() -> None:
    header = rtp.parse(PLAIN)
    assert header == rtp.RtpHeader(
        padding=False, marker=False, payload_type=96, sequence=0x1234, timestamp=0x10002, ssrc=0xDEADBEEF
    )
    assert rtp.payload(PLAIN, header) == b"payload"


def test_a_header_with_everything() -> None:
    header = rtp.parse(FULL)
    assert header == rtp.RtpHeader(
        padding=True,
        marker=True,
        payload_type=96,
        sequence=65535,
        timestamp=2**31,
        ssrc=1,
        csrcs=(10, 11),
        extension_profile=0xBEDE,
        extension=bytes.fromhex("1011223344556600"),
        header_length=32,
    )
    assert rtp.payload(FULL, header) == b"\xaa\xbb"


def test_an_empty_extension_is_still_an_extension() -> None:
    header = rtp.parse(bytes.fromhex("90 60 0001 00000000 00000001 1000 0000"))
    assert (header.extension_profile, header.extension, header.header_length) == (0x1000, b"", 16)


@pytest.mark.parametrize("size", range(32))
def test_a_header_that_is_cut_off_anywhere_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="RTP"):
        rtp.parse(FULL[:size])


@pytest.mark.parametrize("size", range(12, 20))
def test_contributing_sources_that_are_cut_off_are_refused(size: int) -> None:
    packet = b"\x82" + FULL[1:20]
    assert rtp.parse(packet).csrcs == (10, 11)
    with pytest.raises(ValueError, match="ends inside its 2 contributing sources"):
        rtp.parse(packet[:size])


@pytest.mark.parametrize("first", [0x00, 0x40, 0xC0])
def test_only_version_2_is_rtp(first: int) -> None:
    with pytest.raises(ValueError, match="RTP version"):
        rtp.parse(bytes([first]) + PLAIN[1:])
    with pytest.raises(ValueError, match="RTCP version"):
        rtp.parse_rtcp(bytes([first]) + PLAIN[1:])


@pytest.mark.parametrize("body", [b"", b"\x00", b"ab\x04"])
def test_padding_that_does_not_fit_is_refused(body: bytes) -> None:
    packet = b"\xa0" + PLAIN[1:12] + body
    with pytest.raises(ValueError, match="padding"):
        rtp.payload(packet, rtp.parse(packet))


RECEIVER_REPORT = bytes.fromhex("80 c9 0001 00000001")
SOURCE_DESCRIPTION = bytes.fromhex("81 ca 0002 00000002 01016100")


def test_a_compound_of_two_rtcp_packets() -> None:
    first, second = rtp.compound(RECEIVER_REPORT + SOURCE_DESCRIPTION)
    assert first == (rtp.RtcpHeader(padding=False, count=0, packet_type=201, size=8, ssrc=1), RECEIVER_REPORT)
    assert second == (rtp.RtcpHeader(padding=False, count=1, packet_type=202, size=12, ssrc=2), SOURCE_DESCRIPTION)


def test_the_shortest_rtcp_packet() -> None:
    ((header, packet),) = rtp.compound(RECEIVER_REPORT)
    assert (header.size, packet) == (8, RECEIVER_REPORT)


def test_only_the_first_header_of_srtcp_is_read() -> None:
    ciphertext = bytes.fromhex("00" * 20)
    assert rtp.parse_rtcp(RECEIVER_REPORT + ciphertext).packet_type == 201
    with pytest.raises(ValueError, match="RTCP version is 0"):
        rtp.compound(RECEIVER_REPORT + ciphertext)


@pytest.mark.parametrize("data", [b"", RECEIVER_REPORT[:7], SOURCE_DESCRIPTION[:11]])
def test_rtcp_that_is_cut_off_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="RTCP"):
        rtp.compound(data)


@given(st.binary(max_size=80))
def test_whatever_comes_only_a_value_error_goes_out(data: bytes) -> None:
    for first in (data[:1], b"\xb0", b"\x81"):
        packet = first + data[1:]
        with suppress(ValueError):
            header = rtp.parse(packet)
            assert header.header_length <= len(packet)
            assert len(rtp.payload(packet, header)) <= len(packet) - header.header_length
        with suppress(ValueError):
            assert b"".join(body for _, body in rtp.compound(packet)) == packet
