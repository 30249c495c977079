"""Pictures out of VP8 frames, and out of hostile ones."""

from __future__ import annotations

from random import Random

import av
import numpy as np
import pytest

from harness.markers import video, vp8
from harness.wire import rtp
from harness.wire.rtp_payload.vp8 import frames

from .sent_media import video_packets

MARKER = 0xFEDC_BA98_7654_3210


def key_frame(width: int = 160, height: int = 120) -> bytes:
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"\x10\x02\x00\x9d\x01\x2a" + size + bytes(40)


def encoded(count: int = 1, size: tuple[int, int] = (160, 120)) -> list[bytes]:
    packets = [(rtp.parse(data), data[12:]) for data in video_packets(MARKER, ssrc=1, count=count, size=size)]
    return list(frames(packets))


# pictures


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
