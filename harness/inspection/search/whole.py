"""Where in a window a match lies that is in one piece."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...vantage.window import Window
from ...wire.demux import PacketClass


class Spotted(NamedTuple):
    """A leg (NONE outside of legs), the place in words, a frame's number and the byte of it where the match begins."""

    leg: int
    place: str
    frame: int
    byte: int


def spotted(window: Window, start: int, end: int) -> Spotted | None:
    """The frame, or the message that was put together, that holds bytes `start` to `end` of the window's data.

    None for what lies in no single frame or message: between frames are the words of the file format.
    """
    frames = window.frames
    for number in np.flatnonzero((frames.offset <= start) & (end <= frames.offset + frames.length))[:1].tolist():
        frame = frames.first + number
        row = _row(window, start, end)
        leg = int(window.frame_bytes.leg[number] if row is None else window.leg[row])
        place = "the frame, outside of its messages" if row is None else _message(window, row)
        return Spotted(leg, place, frame, start - int(frames.offset[number]))
    row = _row(window, start, end)
    if row is None:
        return None
    place = f"{_message(window, row)}, put together from several frames"
    return Spotted(int(window.leg[row]), place, int(window.frame[row]), start - int(window.offset[row]))


def _row(window: Window, start: int, end: int) -> int | None:
    """The innermost row that holds these bytes."""
    rows = np.flatnonzero((window.offset <= start) & (end <= window.offset + window.length))
    return int(rows[window.depth[rows].argmax()]) if len(rows) else None


def _message(window: Window, row: int) -> str:
    return f"one {PacketClass(int(window.klass[row])).name.replace('_', ' ')} message"
