"""Frames of a capture one by one, for tests that say what each should be."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from harness.vantage.capture import Capture, open_capture


class Frame(NamedTuple):
    """What the columns of `Frames` say of one frame."""

    data: bytes
    time: float
    place: int
    link: int
    interface: int
    wire_length: int
    direction: int


def frames_of(capture: Capture) -> list[Frame]:
    """One pass; the numbers of the frames must go on from window to window."""
    found: list[Frame] = []
    for frames in capture.windows():
        assert frames.first == len(found) + 1
        for row in range(len(frames)):
            start = int(frames.offset[row])
            found.append(
                Frame(
                    frames.data[start : start + int(frames.length[row])].tobytes(),
                    float(frames.time[row]),
                    int(frames.place[row]),
                    int(frames.link[row]),
                    int(frames.interface[row]),
                    int(frames.wire_length[row]),
                    int(frames.direction[row]),
                )
            )
    return found


def read(folder: Path, content: bytes, *, window: int = 1 << 20, strict: bool = False) -> tuple[list[Frame], Capture]:
    """The frames of a file with this content, and the capture when it was read to its end."""
    path = folder / "a.capture"
    path.write_bytes(content)
    capture = open_capture(path, window=window, strict=strict)
    return frames_of(capture), capture


def assert_explained(frames: list[Frame], capture: Capture, content: bytes) -> None:
    """Each byte of a file is a frame's, the container's or unread, and no unread byte goes without a problem."""
    captured = sum(len(frame.data) for frame in frames)
    assert capture.container + captured + capture.unread == capture.size
    assert capture.packets == len(frames)
    assert not capture.unread or capture.problems
    assert all(content[frame.place : frame.place + len(frame.data)] == frame.data for frame in frames)
