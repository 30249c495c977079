"""One element more in an RTP header extension: everything else of the packet stays as it was."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import rtp
from harness.wire.rtp_extension import with_element

PLAIN = struct.pack("!BBHII", 0x80, 96, 7, 960, 0xABCD) + b"payload"


def extended(profile: int, body: bytes) -> bytes:
    head = struct.pack("!BBHII", 0x90, 96, 7, 960, 0xABCD)
    return head + struct.pack("!HH", profile, len(body) // 4) + body + b"payload"


def test_a_packet_without_an_extension_gets_one() -> None:
    named = with_element(PLAIN, 4, b"1")
    header = rtp.parse(named)
    assert (header.extension_profile, header.extension) == (0xBEDE, bytes.fromhex("40310000"))
    assert named[header.header_length :] == b"payload"
    assert (header.sequence, header.ssrc, header.payload_type) == (7, 0xABCD, 96)


def test_elements_that_are_there_stay_in_front() -> None:
    named = with_element(extended(0xBEDE, bytes.fromhex("22112233 10dd0000")), 4, b"1")
    assert rtp.parse(named).extension == bytes.fromhex("22112233 10dd4031")


@pytest.mark.parametrize(
    "packet",
    [
        extended(0xBEDE, bytes.fromhex("40320000")),
        extended(0x1000, bytes.fromhex("04013200")),
        extended(0xBEDE, bytes.fromhex("4f000000")),
        extended(0xBEDE, bytes.fromhex("f0000000")),
    ],
    ids=["there already", "two bytes in front", "cut off", "stop"],
)
def test_what_cannot_have_another_one_is_left_alone(packet: bytes) -> None:
    assert with_element(packet, 4, b"1") == packet


@pytest.mark.parametrize(("number", "data"), [(0, b"1"), (15, b"1"), (4, b""), (4, bytes(17))])
def test_an_element_that_cannot_be_said_is_refused(number: int, data: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be said"):
        with_element(PLAIN, number, data)


@given(st.binary(max_size=64))
def test_any_bytes_are_no_rtp_or_keep_their_payload(data: bytes) -> None:
    try:
        header = rtp.parse(data)
    except ValueError:
        with pytest.raises(ValueError):
            with_element(data, 4, b"1")
        return
    named = with_element(data, 4, b"1")
    assert named[rtp.parse(named).header_length :] == data[header.header_length :]
