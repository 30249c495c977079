"""The picture: how it is made, what it lives through, and what it must not be mistaken for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.markers import video
from harness.markers.word import pack

from .sent_media import video_frame

markers = st.integers(min_value=0, max_value=2**64 - 1)
MARKER = 0xFEDC_BA98_7654_3210


def rescaled(luma: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Through FFmpeg's scaler, as a player or a gateway does it."""
    frame = video_frame(luma).reformat(width=width, height=height)
    return frame.to_ndarray()[:height].astype(np.uint8)


@given(markers)
def test_of_each_pair_of_blocks_the_upper_one_is_bright_for_a_one(marker: int) -> None:
    luma = video.picture(marker)
    bits = f"{int.from_bytes(pack(marker), 'big'):096b}"

    assert luma.shape == (120, 160)
    for place, bit in enumerate(bits):
        row, column = divmod(place, 16)
        upper = luma[20 * row : 20 * row + 10, 10 * column : 10 * column + 10]
        lower = luma[20 * row + 10 : 20 * row + 20, 10 * column : 10 * column + 10]
        assert (upper == (208 if bit == "1" else 48)).all()
        assert (lower == (48 if bit == "1" else 208)).all()


@given(markers, st.integers(48, 400), st.integers(36, 300))
def test_every_size_carries_the_marker(marker: int, width: int, height: int) -> None:
    assert video.decode(video.picture(marker, width, height)) == marker


@given(markers, st.sampled_from([(80, 60), (120, 90), (160, 120), (226, 170), (320, 240), (80, 240), (320, 60)]))
def test_it_may_be_scaled_by_a_half_to_two_also_out_of_proportion(marker: int, size: tuple[int, int]) -> None:
    assert video.decode(rescaled(video.picture(marker), *size)) == marker


@pytest.mark.parametrize(("contrast", "brightness"), [(0.2, 0.0), (0.2, 200.0), (0.5, 60.0), (3.0, -200.0)])
def test_contrast_and_brightness_may_change(contrast: float, brightness: float) -> None:
    changed = np.clip(video.picture(MARKER) * contrast + brightness, 0, 255).astype(np.uint8)

    assert video.decode(changed) == MARKER


def test_it_is_seen_through_noise() -> None:
    grain = np.random.default_rng(3).normal(0, 40, (120, 160))

    assert video.decode(np.clip(video.picture(MARKER) + grain, 0, 255).astype(np.uint8)) == MARKER


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_holds_no_marker(level: int) -> None:
    assert video.decode(np.full((120, 160), level, np.uint8)) is None


def test_a_picture_too_pale_to_tell_its_blocks_holds_no_marker() -> None:
    assert video.decode((video.picture(MARKER) // 16 + 100).astype(np.uint8)) is None


@given(markers)
def test_a_negative_picture_holds_no_marker(marker: int) -> None:
    assert video.decode(255 - video.picture(marker)) is None


@pytest.mark.parametrize("turn", [np.fliplr, np.flipud, lambda luma: np.rot90(luma, 2)], ids=["mirror", "flip", "turn"])
def test_a_turned_picture_holds_no_marker(turn: object) -> None:
    assert callable(turn)
    assert video.decode(turn(video.picture(MARKER))) is None


@given(st.integers(0, 2**32 - 1))
def test_noise_holds_no_marker(seed: int) -> None:
    assert video.decode(np.random.default_rng(seed).integers(0, 256, (120, 160)).astype(np.uint8)) is None


def test_one_wrong_block_pair_is_refused() -> None:
    luma = video.picture(MARKER)
    luma[0:20, 0:10] = luma[0:20, 0:10][::-1].copy()

    assert video.decode(luma) is None


@given(markers, markers)
def test_two_pictures_blended_never_make_a_third_marker(one: int, two: int) -> None:
    blended = (video.picture(one).astype(int) + video.picture(two)) // 2

    assert video.decode(blended) in (None, one, two)


@pytest.mark.parametrize("shape", [(0, 0), (35, 48), (36, 47), (1, 100_000)])
def test_a_picture_too_small_for_its_blocks_holds_no_marker_and_is_not_made(shape: tuple[int, int]) -> None:
    assert video.decode(np.full(shape, 200, np.uint8)) is None
    with pytest.raises(ValueError, match="too small"):
        video.picture(MARKER, width=shape[1], height=shape[0])


def test_a_colour_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="two axes"):
        video.decode(np.zeros((120, 160, 3), np.uint8))


# a camera and a screen


@given(markers)
def test_the_picture_of_a_screen_is_never_that_of_a_camera(marker: int) -> None:
    camera, screen = video.picture(marker), video.picture(marker, of=video.SCREEN)

    assert list(video.recognise(camera)) == [("video", marker)]
    assert list(video.recognise(screen)) == [("screen", marker)]
    assert video.decode(screen, of=video.SCREEN) == marker
    assert video.decode(screen) is video.decode(camera, of=video.SCREEN) is None


@given(markers)
def test_not_as_a_negative_either(marker: int) -> None:
    for of in (video.CAMERA, video.SCREEN):
        assert list(video.recognise(255 - video.picture(marker, of=of))) == []


def test_what_is_no_picture_of_either_is_recognised_as_nothing() -> None:
    assert list(video.recognise(np.full((120, 160), 128, np.uint8))) == []
    assert list(video.recognise(np.full((12, 16), 128, np.uint8))) == []
    with pytest.raises(ValueError, match="two axes"):
        list(video.recognise(np.zeros((120, 160, 3), np.uint8)))
