"""The class of many payloads at once: the columns' counterpart of `wire.demux.classify`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..wire.demux import PacketClass, classify
from .gather import load
from .window import Bytes, Ints

_ENOUGH: Final = 64
"""Bytes that are more than the header of any class takes."""

_RTCP_TYPES: Final = slice(192, 224)
"""Packet types of RTCP in the second byte (RFC 5761 section 4)."""


def _classes_of_first_two() -> NDArray[np.uint8]:
    """One class for each value of the first two bytes, asked of `classify`."""
    plain, rtcp = (
        np.array([classify(bytes((first, second)) + bytes(_ENOUGH)) for first in range(256)], np.uint8)
        for second in (0, _RTCP_TYPES.start)
    )
    table = np.repeat(plain, 256).reshape(256, 256)
    table[:, _RTCP_TYPES] = rtcp[:, np.newaxis]
    return table.ravel()


def _shortest() -> NDArray[np.int64]:
    """For each class the length from which on `classify` names it."""
    samples = [int(np.argmax(klass == _CLASS)).to_bytes(2) + bytes(_ENOUGH) for klass in PacketClass]
    return np.array(
        [
            next(size for size in range(_ENOUGH) if classify(sample[:size]) == klass)
            for klass, sample in zip(PacketClass, samples, strict=True)
        ]
    )


_CLASS: Final = _classes_of_first_two()
_SHORTEST: Final = _shortest()


def classify_rows(data: Bytes, offset: Ints, length: Ints) -> NDArray[np.uint8]:
    """The PacketClass of each payload, which is `length` bytes of `data` from `offset` on."""
    return classes_of(load(data, offset, ">u2"), length)


def classes_of(first_two: NDArray[np.uint16], length: Ints) -> NDArray[np.uint8]:
    """The PacketClass of payloads of this length that begin with these two bytes, read as one number."""
    klass: NDArray[np.uint8] = _CLASS[first_two]
    if len(length) and int(length.min()) < int(_SHORTEST.max()):
        klass[length < _SHORTEST[klass]] = PacketClass.OTHER
    return klass
