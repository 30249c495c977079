"""VP8 from RTP: descriptors as aiortc writes them, frames out of packets, and what a frame says of itself."""

from __future__ import annotations

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import rtp
from harness.wire.rtp import RtpHeader
from harness.wire.rtp_payload import vp8
from tests.unit.markers.sent_media import video_packets


def packet(sequence: int, timestamp: int, payload: bytes, marker: bool = False) -> tuple[RtpHeader, bytes]:
    header = RtpHeader(False, marker, 97, sequence, timestamp, ssrc=1)
    return header, payload


def encoded(count: int) -> list[bytes]:
    packets = [(rtp.parse(data), data[12:]) for data in video_packets(0xFEDC_BA98, ssrc=1, count=count)]
    return list(vp8.frames(packets))


# descriptors


@given(
    start=st.integers(0, 1),
    partition=st.integers(0, 7),
    picture_id=st.none() | st.integers(0, 0x7FFF),
    level=st.none() | st.integers(0, 255),
    tid=st.none() | st.tuples(st.integers(0, 3), st.integers(0, 1)),
    key=st.none() | st.integers(0, 31),
    data=st.binary(min_size=1, max_size=20),
)
def test_the_data_begins_behind_every_descriptor_that_aiortc_can_write(
    start: int,
    partition: int,
    picture_id: int | None,
    level: int | None,
    tid: tuple[int, int] | None,
    key: int | None,
    data: bytes,
) -> None:
    descriptor = VpxPayloadDescriptor(start, partition, picture_id, level, tid, key)

    assert vp8.depayload(bytes(descriptor) + data) == (start == 1 and partition == 0, data)


def test_a_short_picture_id_takes_one_byte() -> None:
    assert vp8.depayload(b"\x90\x80\x7fdata") == (True, b"data")


@pytest.mark.parametrize("payload", ["", "10", "80", "9080", "908080", "90808000", "90f0800100", "904000", "902000"])
def test_a_payload_that_ends_with_its_descriptor_is_refused(payload: str) -> None:
    with pytest.raises(ValueError, match="VP8 payload"):
        vp8.depayload(bytes.fromhex(payload))


# frames

FIRST, NEXT = b"\x10", b"\x00"


def test_a_frame_is_what_lies_between_its_beginning_and_the_marker_bit() -> None:
    packets = [
        packet(1, 100, FIRST + b"a"),
        packet(2, 100, NEXT + b"b"),
        packet(3, 100, NEXT + b"c", marker=True),
        packet(4, 200, FIRST + b"d", marker=True),
    ]

    assert list(vp8.frames(packets)) == [b"abc", b"d"]


def test_sequence_numbers_may_wrap_inside_a_frame() -> None:
    packets = [packet(0xFFFF, 100, FIRST + b"a"), packet(0, 100, NEXT + b"b", marker=True)]

    assert list(vp8.frames(packets)) == [b"ab"]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_frame_that_lacks_a_packet_is_left_out(lost: int) -> None:
    packets = [
        packet(1, 100, FIRST + b"a"),
        packet(2, 100, NEXT + b"b"),
        packet(3, 100, NEXT + b"c", marker=True),
        packet(4, 200, FIRST + b"d", marker=True),
    ]
    del packets[lost]

    assert list(vp8.frames(packets)) == [b"d"]


def test_a_partition_that_is_not_the_first_begins_no_frame() -> None:
    assert list(vp8.frames([packet(1, 100, b"\x11a", marker=True)])) == []


def test_forged_packets_under_the_same_timestamp_do_not_hide_the_frame() -> None:
    packets = [
        packet(1, 100, FIRST + b"forged", marker=True),
        packet(1, 100, FIRST + b"a"),
        packet(1, 100, NEXT + b"noise"),
        packet(2, 100, NEXT + b"b", marker=True),
        packet(2, 100, NEXT + b"noise", marker=True),
    ]

    assert b"ab" in list(vp8.frames(packets))


def test_the_frames_that_were_begun_and_not_finished_are_counted() -> None:
    assembly = vp8.FrameAssembly()
    for sequence, payload, marker in ((1, FIRST + b"a", False), (3, NEXT + b"c", True), (4, FIRST + b"d", True)):
        assembly.add(*packet(sequence, sequence, payload, marker))

    assert assembly.incomplete == 1


def test_a_frame_that_never_ends_does_not_fill_the_memory() -> None:
    assembly, mebibyte = vp8.FrameAssembly(), bytes(2**20)
    assembly.add(*packet(0, 0, FIRST + mebibyte))
    for sequence in range(1, 20):
        assert assembly.add(*packet(sequence, 0, NEXT + mebibyte, marker=sequence == 19)) is None


# what a frame says of itself


def test_a_real_key_frame_says_its_size_and_the_frames_after_it_do_not() -> None:
    first, second = encoded(2)

    assert vp8.key_frame_size(first) == (160, 120)
    assert vp8.key_frame_size(second) is None
    assert vp8.frame_tag(first).key_frame
    assert not vp8.frame_tag(second).key_frame
    assert all(vp8.frame_tag(frame).first_partition < len(frame) for frame in (first, second))


def test_the_tag_is_read_bit_by_bit() -> None:
    # RFC 6386 section 9.1: size0 in the upper bits, then show_frame, version, and the inverted key frame bit.
    tag = (1000 << 5 | 1 << 4 | 3 << 1 | 1).to_bytes(3, "little")

    assert vp8.frame_tag(tag) == vp8.FrameTag(key_frame=False, version=3, shown=True, first_partition=1000)
    with pytest.raises(ValueError, match="shorter than its tag"):
        vp8.frame_tag(tag[:2])
