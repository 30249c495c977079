"""Large tables of zeros that cost what is written into them, and nothing else."""

from __future__ import annotations

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def untouched(count: int, dtype: DTypeLike) -> NDArray[Any]:
    """As `numpy.zeros`. The kernel gives each page of it when it is first written to.

    numpy's come from malloc, which takes memory up to 32 MB from what was let go before once such a piece was, and has
    to clear all of it (mallopt(3), M_MMAP_THRESHOLD).
    """
    kind = np.dtype(dtype)
    # Private: of what is shared a page is taken when it is read, too.
    return np.frombuffer(mmap(-1, count * kind.itemsize, flags=MAP_PRIVATE | MAP_ANONYMOUS), kind)
