"""A marker as a picture: 16 x 12 blocks of luma, one pair of blocks for each bit of the word.

A bit is which of two blocks, one above the other, is the brighter: 1 when it is the upper one. So no threshold has
to be guessed, a change of brightness or contrast does no harm, a blank picture holds no bits at all, and a negative
one holds the complement of the word, whose checksum is always wrong: CRC-32 is affine, and complementing eight bytes
changes it by a constant that is not all ones. Blocks are read at places relative to the picture's size, so scaling
does no harm either.

The picture of a camera and the picture of a shared screen are made alike, of words of different names: what a camera
showed is never taken for what a screen showed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .word import WORD_BYTES, pack, unpack

CAMERA: Final = "video"
SCREEN: Final = "screen"
"""What a picture is of, called as the asset is."""

_NAMES: Final = {CAMERA: b"", SCREEN: b"screen"}
"""Of the words that they carry."""

WIDTH: Final = 160
HEIGHT: Final = 120
COLUMNS: Final = 16
PAIRS: Final = 8 * WORD_BYTES // COLUMNS
ROWS: Final = 2 * PAIRS

_DARK: Final = 48
_BRIGHT: Final = 208
"""Well inside the video range of 16 to 235, so that a player's conversions clip nothing."""
_LEAST_CONTRAST: Final = 16
"""Levels between the blocks of a pair; below it the pair is blank and the picture says nothing."""
_SMALLEST_BLOCK: Final = 3
"""Pixels a side."""
_SAMPLES: Final = np.array([5, 7, 9, 11]) / 16
"""Where a block is looked at, as shares of its side: away from its edges, which a codec blurs."""


def picture(marker: int, width: int = WIDTH, height: int = HEIGHT, of: str = CAMERA) -> NDArray[np.uint8]:
    """The luma plane of the marker's picture, shape (height, width), levels 48 and 208.

    ValueError for a marker beyond 64 bits and for less than 48 x 36 pixels, KeyError for a picture of anything else
    than a camera or a screen.
    """
    if not _large_enough(width, height):
        raise ValueError(f"a picture of {width} x {height} is too small for {COLUMNS} x {ROWS} blocks")
    bits = np.unpackbits(np.frombuffer(pack(marker, _NAMES[of]), np.uint8)).reshape(PAIRS, 1, COLUMNS)
    upper_and_lower = np.concatenate((bits, 1 - bits), axis=1).reshape(ROWS, COLUMNS)
    blocks = np.where(upper_and_lower, np.uint8(_BRIGHT), np.uint8(_DARK))
    return blocks[np.ix_(np.arange(height) * ROWS // height, np.arange(width) * COLUMNS // width)]


def decode(luma: NDArray[Any], of: str = CAMERA) -> int | None:
    """The marker in a luma plane of shape (height, width), or None: too small, blank, negative, noisy, foreign, or a
    picture of something else.

    The marker must fill the picture; its size and its proportions may differ from those it was made with.
    ValueError for an array that has not two axes.
    """
    word = _word(luma)
    return None if word is None else unpack(word, _NAMES[of])


def recognise(luma: NDArray[Any]) -> Iterator[tuple[str, int]]:
    """What a luma plane is a picture of, with its marker; nothing when it is none. ValueError as `decode`."""
    word = _word(luma)
    if word is not None:
        yield from ((of, marker) for of, name in _NAMES.items() if (marker := unpack(word, name)) is not None)


def _word(luma: NDArray[Any]) -> bytes | None:
    """The bits of a plane, whatever they say."""
    if luma.ndim != 2:
        raise ValueError(f"a luma plane has two axes, not {luma.ndim}")
    height, width = luma.shape
    if not _large_enough(width, height):
        return None
    seen = luma[np.ix_(_places(height, ROWS), _places(width, COLUMNS))].astype(np.float32)
    levels = seen.reshape(PAIRS, 2, len(_SAMPLES), COLUMNS, len(_SAMPLES)).mean(axis=(2, 4))
    brighter = levels[:, 0] - levels[:, 1]
    if not (np.abs(brighter) >= _LEAST_CONTRAST).all():
        return None
    return np.packbits(brighter > 0).tobytes()


def _large_enough(width: int, height: int) -> bool:
    return width >= COLUMNS * _SMALLEST_BLOCK and height >= ROWS * _SMALLEST_BLOCK


def _places(size: int, blocks: int) -> NDArray[np.intp]:
    """The rows or columns of pixels at which the blocks of one axis are looked at, four to a block."""
    return ((np.arange(blocks)[:, None] + _SAMPLES) * (size / blocks)).astype(np.intp).ravel()
