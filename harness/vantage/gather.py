"""What lies at many places of a window at once: one memory access per place, however many fields a header has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .window import Bytes, Ints


def load(data: Bytes, at: Ints, kind: DTypeLike) -> NDArray[Any]:
    """The value of this type that begins at each place, which need not be aligned.

    `kind` is a number with its byte order (">u2"), or the structured type of a whole header. Bytes behind the end of
    `data` read as zero, so that headers may be loaded first and judged afterwards.
    """
    wanted = np.dtype(kind)
    size = wanted.itemsize
    last = len(data) - size
    if not len(at) or int(at.max()) <= last:
        return _every(data, size)[at].view(wanted)
    found = np.zeros(len(at), f"V{size}")
    inside = at <= last
    found[inside] = _every(data, size)[at[inside]]
    tail = np.zeros(2 * size, np.uint8)
    kept = min(size, len(data))
    tail[:kept] = data[len(data) - kept :]
    found[~inside] = _every(tail, size)[np.minimum(at[~inside] - (len(data) - kept), kept)]
    return found.view(wanted)


def _every(data: Bytes, size: int) -> NDArray[Any]:
    """One element for each byte, overlapping: elements without fields, because those are copied as one piece."""
    return np.ndarray((max(len(data) - size + 1, 0),), f"V{size}", data, strides=(1,))
