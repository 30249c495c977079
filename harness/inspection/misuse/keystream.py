"""Were two ciphertexts made with one keystream? Then their XOR is that of two plaintexts, and those have a form.

XOR of two good ciphertexts under different keystreams is random: each byte is zero once in 256 times. Under one
keystream it is zero wherever the plaintexts agree, and media agrees in its first bytes nearly always: the TOC of Opus,
the payload descriptor of VP8, the NAL header of H.264.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from .entry import HEAD_BYTES, comparable

MAX_PAIRS: Final = 8_192
"""More pairs would make no test more certain."""

_ZERO: Final = 1 / 256
_TESTS: Final = 1 + HEAD_BYTES
"""All bytes together, and each place of the head by itself: Bonferroni's correction."""

CERTAIN: Final = 1e-9
"""Below this chance the form is no accident."""


@dataclass(frozen=True, slots=True)
class KeystreamTest:
    """`zeros` of `compared` bytes of the XOR are zero; random bytes would do as well with a chance of `p_value`."""

    pairs: int
    compared: int
    zeros: int
    p_value: float

    @property
    def one_keystream(self) -> bool:
        return self.p_value < CERTAIN

    def __str__(self) -> str:
        share = self.zeros / self.compared if self.compared else 0
        return (
            f"{share:.1%} of {self.compared} bytes of their XOR are zero, 0.4% are expected of two keystreams "
            f"(p = {self.p_value:.1e})"
        )


class KeystreamCount:
    """Adds up what the test needs, for at most MAX_PAIRS pairs."""

    def __init__(self) -> None:
        self._pairs = 0
        self._zeros = np.zeros(HEAD_BYTES, np.int64)
        self._compared = np.zeros(HEAD_BYTES, np.int64)

    @property
    def room(self) -> int:
        """How many more pairs are wanted."""
        return MAX_PAIRS - self._pairs

    @property
    def full(self) -> bool:
        return not self.room

    def add(self, before: NDArray[np.void], now: NDArray[np.void]) -> None:
        """Take in pairs of entries, each of two ciphertexts that would share a keystream."""
        before, now = before[: self.room], now[: self.room]
        sizes = np.minimum(comparable(before["length"]), comparable(now["length"]))
        inside = np.arange(HEAD_BYTES) < sizes[:, None]
        same = np.ascontiguousarray(before["head"] ^ now["head"]).view(np.uint8) == 0
        self._pairs += len(before)
        self._zeros += np.count_nonzero(same & inside, axis=0)
        self._compared += np.count_nonzero(inside, axis=0)

    def test(self) -> KeystreamTest:
        zeros, compared = int(self._zeros.sum()), int(self._compared.sum())
        chances = [_at_least(zeros, compared)]
        chances.extend(_at_least(int(k), int(n)) for k, n in zip(self._zeros, self._compared, strict=True))
        return KeystreamTest(self._pairs, compared, zeros, min(1.0, _TESTS * min(chances)))


def _at_least(successes: int, trials: int) -> float:
    """The chance that random bytes have this many zeros or more."""
    return float(bdtrc(successes - 1, trials, _ZERO)) if successes else 1.0
