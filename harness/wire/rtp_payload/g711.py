"""G.711 (RFC 3551 section 4.5.14): one byte is one sample, and two laws say which."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def _mu_law() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    segment, step = code >> 4 & 0x07, code & 0x0F
    size = ((2 * step + 33) << segment + 2) - 132
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _a_law() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = code >> 4 & 0x07, code & 0x0F
    linear = (2 * step + 1) << 3
    size = np.where(segment > 0, (2 * step + 33) << np.maximum(segment - 1, 0) + 3, linear)
    return np.where(code & 0x80, size, -size).astype(np.int16)


MU_LAW: Final = _mu_law()
A_LAW: Final = _a_law()
"""The sample of each byte, shape (256,), in 16 bits (ITU-T G.711 tables 1 and 2, shifted to the left)."""


def decoded(payload: bytes, law: Samples) -> Samples:
    """The samples of a payload, shape (bytes,). Every payload has some."""
    return law[np.frombuffer(payload, np.uint8)]
