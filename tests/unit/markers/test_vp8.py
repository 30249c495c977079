"""VP8 from RTP: descriptors as aiortc writes them, frames out of packets, pictures out of frames."""

from __future__ import annotations

from random import Random

import av
import numpy as np
import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from harness.markers import video, vp8
from harness.wire import rtp
from harness.wire.rtp import RtpHeader

from .sent_media import video_packets

MARKER = 0xFEDC_BA98_7654_3210


def packet(sequence: int, timestamp: int, payload: bytes, marker: bool = False) -> tuple[RtpHeader, bytes]:
    header = RtpHeader(False, marker, 97, sequence, timestamp, ssrc=1)
    return header, payload


def key_frame(width: int = 160, height: int = 120) -> bytes:
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"\x10\x02\x00\x9d\x01\x2a" + size + bytes(40)


def encoded(count: int = 1, size: tuple[int, int] = (160, 120)) -> list[bytes]:
    packets = [(rtp.parse(data), data[12:]) for data in video_packets(MARKER, ssrc=1, count=count, size=size)]
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


# pictures


def test_a_real_key_frame_says_its_size_and_the_frames_after_it_do_not() -> None:
    first, second = encoded(2)

    assert vp8.key_frame_size(first) == (160, 120)
    assert vp8.key_frame_size(second) is None


@pytest.mark.parametrize("size", [(160, 120), (100, 74)])
def test_every_frame_becomes_a_luma_plane_of_its_own_size(size: tuple[int, int]) -> None:
    planes = list(vp8.pictures(encoded(3, size)))

    assert [plane.shape for plane in planes] == [(size[1], size[0])] * 3
    assert all(plane.dtype == np.uint8 for plane in planes)
    assert [video.decode(plane) for plane in planes] == [MARKER] * 3


def test_frames_before_the_key_frame_are_left_out() -> None:
    first, second, third = encoded(3)

    assert len(list(vp8.pictures([second, third]))) == 0
    assert len(list(vp8.pictures([second, first, third]))) == 2


def test_a_broken_frame_does_not_stop_the_next_key_frame() -> None:
    (first,) = encoded()
    broken = first[:10] + Random(5).randbytes(3)

    assert video.decode(list(vp8.pictures([broken, b"\x01", first]))[-1]) == MARKER


class NoDecoder:
    """Stands for the codec where none may be opened."""

    @staticmethod
    def create(*arguments: object) -> None:
        raise AssertionError("a decoder was opened")


@pytest.mark.parametrize("size", [(16_383, 16_383), (1920, 1089), (0, 120), (160, 0)])
def test_a_key_frame_of_absurd_size_never_meets_the_decoder(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vp8, "VideoCodecContext", NoDecoder)

    assert list(vp8.pictures([key_frame(*size), b"\x11\x00\x00 and what follows it"])) == []


def test_at_most_thirty_frames_are_decoded() -> None:
    (first,) = encoded()

    assert len(list(vp8.pictures([first] * 40))) == 30


def test_thirty_broken_frames_are_enough_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class BrokenDecoder:
        given = 0

        @classmethod
        def create(cls, *arguments: object) -> BrokenDecoder:
            return cls()

        def decode(self, encoded_frame: object) -> list[av.VideoFrame]:
            BrokenDecoder.given += 1
            raise av.error.InvalidDataError(1, "broken")

    monkeypatch.setattr(vp8, "VideoCodecContext", BrokenDecoder)

    assert list(vp8.pictures([key_frame()] * 40)) == []
    assert BrokenDecoder.given == 30
