"""Where in a window something lies: in a message, in a frame, in what was put together, or in nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.inspection.search.whole import OUTSIDE, Spotted, spotted
from harness.vantage.window import NONE, Window
from tests.unit.inspection.windows import UNDER_UDP, Capture, Sent

from .hiding import ALICE, BOB

CHANNEL = b"\x40\0\0\x20" + b"\x80\x60" + bytes(30)


@pytest.fixture
def window() -> Window:
    """Two frames; the second one's message carries another, and one more message was put together behind them."""
    made = Capture().window([Sent(0, ALICE, BOB, b"\x80\x60" + bytes(30)), Sent(0, ALICE, BOB, CHANNEL)])
    end = len(made.data)
    two_more = {
        "frame": [2, 2],
        "offset": [made.offset[1] + 4, end],
        "length": [32, 50],
        "depth": [1, 0],
        "klass": [4, 2],
    }
    columns: dict[str, Any] = {
        name: np.append(getattr(made, name), two_more.get(name, [0, 0])).astype(getattr(made, name).dtype)
        for name in (
            "frame", "time", "source", "destination", "leg", "outward", "transport", "depth", "inner", "offset",
            "length", "framing", "missing", "klass", "place",
        )
    }  # fmt: skip
    return replace(made, data=np.append(made.data, np.zeros(50, np.uint8)), **columns)


def test_inside_a_message(window: Window) -> None:
    assert spotted(window, UNDER_UDP + 5, UNDER_UDP + 9) == Spotted(0, "one SRTP message", 1, UNDER_UDP + 5)


def test_the_innermost_of_several_messages(window: Window) -> None:
    at = int(window.offset[1])
    assert spotted(window, at + 4, at + 9) == Spotted(0, "one SRTP message", 2, UNDER_UDP + 4)
    assert spotted(window, at + 3, at + 9) == Spotted(0, "one TURN CHANNEL message", 2, UNDER_UDP + 3)


def test_in_the_headers_of_a_frame(window: Window) -> None:
    assert spotted(window, UNDER_UDP - 8, UNDER_UDP + 9) == Spotted(0, "the frame, outside of its messages", 1, 34)


def test_in_what_was_put_together(window: Window) -> None:
    at = int(window.offset[3])
    place = "one DTLS message, put together from several frames"
    assert spotted(window, at + 7, at + 50) == Spotted(0, place, 2, 7)


def test_over_the_border_of_two_frames_is_nowhere(window: Window) -> None:
    border = int(window.frames.offset[1])
    assert spotted(window, border - 1, border + 1) is None
    assert spotted(window, len(window.data) - 1, len(window.data) + 1) is None


def test_between_frames_the_file_has_words_of_its_own() -> None:
    made = Capture().window([Sent(0, ALICE, BOB, bytes(20)), Sent(0, ALICE, BOB, bytes(20))])
    frames = replace(made.frames, offset=made.frames.offset + 40 * np.arange(1, 3), data=np.zeros(300, np.uint8))
    window = replace(made, frames=frames, data=frames.data, offset=frames.offset + UNDER_UDP)
    nowhere = Spotted(NONE, OUTSIDE, NONE, NONE)
    first, second = frames.offset.tolist()
    assert spotted(window, 0, first) == spotted(window, first + 62, second) == spotted(window, 290, 300) == nowhere
    assert spotted(window, first - 1, first + 1) is None
    assert spotted(window, first + 61, first + 63) is None
