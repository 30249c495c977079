"""Long headers of QUIC: the protected packets that RFC 9001 and RFC 9369 print, and what is no QUIC."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import quic

CLIENT_INITIAL = bytes.fromhex("c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11")
SERVER_INITIAL = bytes.fromhex("cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a")
RETRY = bytes.fromhex("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba")
"""RFC 9001 appendix A.2, A.3 and A.4."""

CLIENT_INITIAL_V2 = bytes.fromhex("d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485")
RETRY_V2 = bytes.fromhex("cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6")
"""RFC 9369 appendix A.2 and A.4."""

OF_THE_CLIENT, OF_THE_SERVER = bytes.fromhex("8394c8f03e515708"), bytes.fromhex("f067a5502a4262b5")


@pytest.mark.parametrize(
    ("data", "version", "kind", "destination", "source"),
    [
        (CLIENT_INITIAL, "1", "Initial", OF_THE_CLIENT, b""),
        (SERVER_INITIAL, "1", "Initial", b"", OF_THE_SERVER),
        (RETRY, "1", "Retry", b"", OF_THE_SERVER),
        (CLIENT_INITIAL_V2, "2", "Initial", OF_THE_CLIENT, b""),
        (RETRY_V2, "2", "Retry", b"", OF_THE_SERVER),
    ],
)
def test_published_packets(data: bytes, version: str, kind: str, destination: bytes, source: bytes) -> None:
    assert quic.parse(data) == quic.LongHeader(version, kind, destination, source)


def test_a_server_that_negotiates_names_its_versions() -> None:
    """RFC 8999 section 6."""
    packet = bytes.fromhex("8a 00000000 00 01 aa 00000001 6b3343cf")
    assert quic.parse(packet) == quic.LongHeader("negotiation", "Version Negotiation", b"", b"\xaa")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xc0\x00\x00\x00\x01\x00", "too few"),
        (b"\x40" + CLIENT_INITIAL[1:], "not long"),
        (b"\x80" + CLIENT_INITIAL[1:], "fixed bit"),
        (b"\xc0\x12\x34\x56\x78" + bytes(20), "no version 0x12345678"),
        (b"\xc0\x00\x00\x00\x01\x15" + bytes(40), "destination connection id says 21"),
        (b"\xc0\x00\x00\x00\x01\x01\xaa\x08" + bytes(7), "source connection id says 8"),
        (b"\xc0\x00\x00\x00\x01\x02\xaa\xbb", "source connection id is not there"),
        (bytes.fromhex("8a 00000000 00 00 0001"), "whole versions"),
    ],
)
def test_what_is_no_long_header_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        quic.parse(data)


def test_drafts_have_a_name() -> None:
    assert quic.version_name(0xFF00001D) == "draft-29"
    assert quic.version_name(0xFF000000) is None


@given(st.binary(max_size=60))
def test_whatever_comes_is_a_header_or_a_value_error(data: bytes) -> None:
    for packet in (data, CLIENT_INITIAL[:5] + data):
        try:
            header = quic.parse(packet)
        except ValueError as error:
            assert str(error)
        else:
            assert header.destination_id in packet
