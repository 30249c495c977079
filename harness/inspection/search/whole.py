"""Where in a window a match lies that is in one piece."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ...vantage.window import NONE, Window
from ...wire.demux import PacketClass
from ..stream_rows import Places

OUTSIDE: Final = "the capture file, outside of its frames"
"""Where comments and decryption secrets stand: in the file, and never on a wire."""


class Spotted(NamedTuple):
    """A leg, the place in words, a frame's number and the byte of it where the match begins; NONE for what is not."""

    leg: int
    place: str
    frame: int
    byte: int


def spotted(window: Window, start: int, end: int) -> Spotted | None:
    """What holds bytes `start` to `end` of the window's data: a frame, or a message that was put together, or neither.

    None when they are half in a frame, and so in no single place.
    """
    frames = window.frames
    # Frames lie in the data in the order of the file.
    number = int(np.searchsorted(frames.offset, start, side="right")) - 1
    if number < 0 or start >= frames.offset[number] + frames.length[number]:
        return _outside(window, number + 1, start, end)
    if end > frames.offset[number] + frames.length[number]:
        return None
    frame = frames.first + number
    row = _row(window, np.arange(*np.searchsorted(window.frame, (frame, frame + 1))), start, end)
    leg = int(window.frame_bytes.leg[number] if row is None else window.leg[row])
    place = "the frame, outside of its messages" if row is None else _message(window, row)
    return Spotted(leg, place, frame, start - int(frames.offset[number]))


def _outside(window: Window, following: int, start: int, end: int) -> Spotted | None:
    frames = window.frames
    row = _row(window, np.arange(len(window)), start, end)
    if row is not None:
        place = f"{_message(window, row)}, put together from several frames"
        return Spotted(int(window.leg[row]), place, int(window.frame[row]), start - int(window.offset[row]))
    limit = int(frames.offset[following]) if following < len(frames) else len(frames.data)
    return Spotted(NONE, OUTSIDE, NONE, NONE) if end <= limit else None


def _row(window: Window, rows: Places, start: int, end: int) -> int | None:
    """The innermost of these rows that holds these bytes."""
    holding = rows[(window.offset[rows] <= start) & (end <= window.offset[rows] + window.length[rows])]
    return int(holding[window.depth[holding].argmax()]) if len(holding) else None


def _message(window: Window, row: int) -> str:
    return f"one {PacketClass(int(window.klass[row])).name.replace('_', ' ')} message"
