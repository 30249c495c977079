"""What keys say of the packets of a window, where somebody holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.window import Ints

UNKNOWN: Final = -1
"""No key is held that this packet could be authentic under."""
REFUSED: Final = -2
"""Keys are held, and the packet is authentic under none: somebody else made it."""


@dataclass(frozen=True, eq=False)
class Proof:
    """One element per row of a window.

    `key` numbers the session key under which the row is authentic, equal numbers for equal keys, over the whole
    capture and both directions; or it is UNKNOWN or REFUSED. `index` is the packet index it is authentic with: 48 bits
    for SRTP, 31 for SRTCP; of other rows anything.
    """

    key: Ints
    index: Ints

    def __post_init__(self) -> None:
        if len(self.key) != len(self.index):
            raise ValueError("a proof has a key and an index for each row")


def no_proof(rows: int) -> Proof:
    """For captures without keys."""
    return Proof(np.full(rows, UNKNOWN, np.int64), np.zeros(rows, np.int64))
