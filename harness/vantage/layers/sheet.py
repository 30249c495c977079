"""What is written down about the frames of one window while they are taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..gather import load
from ..window import NONE, Bytes, FrameBytes, Frames, Ints, Small
from .notes import Notes


class Layer(IntEnum):
    """To whom a byte of a frame can belong. What nobody claims is unknown."""

    LINK = 0
    NETWORK = 1
    TRANSPORT = 2
    MESSAGE = 3
    TRAILING = 4
    REPEATED = 5


_HEAD: Final = 64
"""Bytes that hold the headers of most frames up to the message: Ethernet, IPv6 and UDP are 62."""


@dataclass(eq=False)
class Sheet:
    """The frames of a window, by their places 0, 1, … in it.

    `problems`: what is malformed, too much, or cut off. `unread`: protocols that nobody here reads. `direction`: as the
    frames say, completed by what the link layer tells. `data`: the frames' bytes, later with what was put together.
    """

    frames: Frames
    problems: Notes
    unread: Notes
    data: Bytes = field(init=False)
    direction: NDArray[np.uint8] = field(init=False)
    leg: Small = field(init=False)
    _claimed: dict[Layer, Ints] = field(init=False, default_factory=dict)
    _heads: Bytes | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.data, self.direction = self.frames.data, self.frames.direction
        self.leg = np.full(len(self.frames), NONE, np.int32)

    def extend(self, content: bytes) -> None:
        """Put this behind the frames' bytes."""
        if content:
            self.data, self._heads = np.concatenate((self.data, np.frombuffer(content, np.uint8))), None

    def load(self, at: Ints, kind: DTypeLike) -> NDArray[Any]:
        """What `gather.load` finds at these places of the data: one for each frame, or for some.

        Nearly always the headers of all frames of a window lie equally far from the frames' beginnings. Then the
        beginnings are fetched once, and every header is a view of them.
        """
        wanted, frames = np.dtype(kind), self.frames
        if len(at) and len(at) == len(frames):
            skip = int(at[0] - frames.offset[0])
            if skip + wanted.itemsize <= _HEAD and bool((at - frames.offset == skip).all()):
                if self._heads is None:
                    self._heads = load(self.data, frames.offset, f"V{_HEAD}").view(np.uint8).reshape(-1, _HEAD)
                return self._heads[:, skip : skip + wanted.itemsize].view(wanted)[:, 0]
        return load(self.data, at, wanted)

    def claim(self, layer: Layer, places: Ints, sizes: Ints | int) -> None:
        """So many bytes of each of these frames belong to the layer; no place may be named twice."""
        count = len(self.frames)
        if len(places) < count:
            self._column(layer)[places] += sizes
        elif layer in self._claimed:
            self._claimed[layer] += sizes
        else:
            self._claimed[layer] = np.full(count, sizes, np.int64)

    def claim_one(self, layer: Layer, place: int, size: int) -> None:
        """So many bytes of one frame belong to the layer."""
        self._column(layer)[place] += size

    def _column(self, layer: Layer) -> Ints:
        if layer not in self._claimed:
            self._claimed[layer] = np.zeros(len(self.frames), np.int64)
        return self._claimed[layer]

    def count_for(self, places: Ints, legs: Small) -> None:
        """These frames count for these legs."""
        if len(places) == len(self.leg):
            self.leg[:] = legs
        else:
            self.leg[places] = legs

    def problem(self, kind: str, places: Ints) -> None:
        """Something is wrong with each of these frames."""
        if len(places):
            self.problems.add(kind, places + self.frames.first)

    def problem_of(self, kind: str, place: int) -> None:
        """Something is wrong with one frame."""
        self.problems.add_one(kind, self.frames.first + place)

    def skip(self, kind: str, places: Ints) -> None:
        """What is left of each of these frames is of a protocol that is not read."""
        if len(places):
            self.unread.add(kind, places + self.frames.first)

    def frame_bytes(self) -> FrameBytes:
        """The account of every frame."""
        nobody, unknown = np.zeros(len(self.frames), np.int64), self.frames.length
        for column in self._claimed.values():
            unknown = unknown - column
        columns = {layer.name.lower(): self._claimed.get(layer, nobody) for layer in Layer}
        return FrameBytes(**columns, unknown=unknown, leg=self.leg)
