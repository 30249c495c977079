"""What the layers around the messages take, and what they handed up that never became a message."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.model.byte_label import ByteLabel
from harness.vantage.window import NONE, FrameBytes, Frames, Window

from ..windows import LINKTYPE_ETHERNET, Capture
from .messages import account


def frame(content: bytes, linktype: int = LINKTYPE_ETHERNET, **layers: int) -> Window:
    """A window of one frame without a row; `layers` say how many bytes each takes."""
    empty = Capture().window([])
    number = np.zeros(1, np.int64)
    frames = Frames(
        np.frombuffer(content, np.uint8).copy(), 9, number, number + len(content), number + len(content),
        np.zeros(1), np.array([linktype], np.int32), np.zeros(1, np.int32), np.zeros(1, np.uint8), number,
    )  # fmt: skip
    names = ("link", "network", "transport", "message", "trailing", "repeated", "unknown")
    columns = {name: np.array([layers.get(name, 0)]) for name in names}
    return replace(empty, frames=frames, frame_bytes=FrameBytes(**columns, leg=np.array([NONE], np.int32)))


def rows(one: Window) -> dict[tuple[str, str], int]:
    return {(row.label.value, row.detail): row.bytes for row in account(one).totals().overall}


def test_each_layer_has_its_label() -> None:
    made = rows(frame(bytes(90), link=14, network=20, transport=8, repeated=40, unknown=8))
    assert made == {
        ("link", ""): 14,
        ("network", ""): 20,
        ("transport", ""): 8,
        ("repeated", ""): 40,
        ("unknown", "no network protocol that is read"): 8,
    }


def test_ethernet_fills_short_frames_with_zeros() -> None:
    assert rows(frame(b"\1" * 54 + bytes(6), link=54, trailing=6))["padding", "Ethernet"] == 6


@pytest.mark.parametrize(
    ("content", "linktype"),
    [
        (b"\1" * 54 + b"\0\0\0\0\0x", LINKTYPE_ETHERNET),
        (b"\1" * 54 + b"x\0\0\0\0\0", LINKTYPE_ETHERNET),
        (b"\1" * 55 + bytes(6), LINKTYPE_ETHERNET),
        (b"\1" * 54 + bytes(6), 101),
    ],
    ids=["a byte at the end", "a byte at the front", "a frame that is long enough", "raw IP"],
)
def test_anything_else_behind_a_packet_is_found(content: bytes, linktype: int) -> None:
    [one] = account(frame(content, linktype, link=len(content) - 6, trailing=6)).oddities()
    assert (one.kind.label, one.kind.detail, one.bytes) == (ByteLabel.TRAILING, "behind the network packet", 6)
    assert (one.leg, one.frames) == (NONE, (9,))


def test_pieces_that_never_became_a_message_are_found() -> None:
    made = account(frame(bytes(100), link=34, message=66))
    [one] = made.oddities()
    assert (one.bytes, one.kind.label) == (66, ByteLabel.UNKNOWN)
    assert one.kind.detail == "pieces of a message that never became whole"
    assert made.totals().bytes == 100
