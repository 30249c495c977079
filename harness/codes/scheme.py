"""Codes that two people compare, as far as their price depends on them: ours, and those of five other systems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import log2
from typing import Final

from .sisters import MATRIX_DECIMAL_BITS, MATRIX_EMOJI_BITS, SIGNAL_HALF_DIGITS, SIGNAL_ITERATIONS
from .teams20 import DIGITS, FEWEST_DIGITS


class Made(Enum):
    """What a code is made of. The value says how many numbers an interceptor has to hit, each for itself.

    One number from both keys together: it may choose both of its own keys. One number from one key alone, or one for
    each of the two keys, side by side: it has to imitate a key that is there already.
    """

    OF_BOTH_KEYS = ("both keys", 1)
    OF_ONE_KEY = ("one key", 1)
    OF_EACH_KEY = ("each key", 2)

    @property
    def numbers(self) -> int:
        return self.value[1]


@dataclass(frozen=True)
class Scheme:
    """A way to make a code.

    `codes` is how many different ones there are (of each number, where there are two). With a `commitment` an end is
    bound to its key before it has seen the other's, so that nobody in between can try keys. `work` is how many tries
    of ours (`rates.py`) one try costs.
    """

    name: str
    codes: int
    commitment: bool
    source: str
    made: Made = Made.OF_BOTH_KEYS
    work: int = 1

    @property
    def bits(self) -> float:
        """What the whole code is worth against an interceptor that cannot try."""
        return self.made.numbers * log2(self.codes)


def teams20(digits: int = DIGITS) -> Scheme:
    """Our code, or its last `digits`. ValueError for fewer than 4 or more than 20."""
    if not FEWEST_DIGITS <= digits <= DIGITS:
        raise ValueError(f"a code has {FEWEST_DIGITS} to {DIGITS} digits, not {digits}")
    return Scheme(f"teams20/v1, {digits} digits", 10**digits, False, "harness/codes/teams20.py")


SISTERS: Final = (
    Scheme("ZRTP, base 256", 2**16, True, "RFC 6189 section 4.4.1.1 (commitment), section 5.1.6 (B256)"),
    Scheme("ZRTP, base 32", 2**20, True, "RFC 6189 section 4.4.1.1 (commitment), section 5.1.6 (B32)"),
    Scheme("Telegram, 4 emoji", 333**4, True, "core.telegram.org/api/end-to-end/video-calls, Key Verification"),
    Scheme(
        "Matrix, decimal",
        2**MATRIX_DECIMAL_BITS,
        True,
        "Matrix specification, client-server API, Short Authentication String; SAS method: decimal",
    ),
    Scheme(
        "Matrix, emoji",
        2**MATRIX_EMOJI_BITS,
        True,
        "Matrix specification, client-server API, Short Authentication String; SAS method: emoji",
    ),
    Scheme(
        "Zoom Phone, 39 digits",
        10**39,
        False,
        "Zoom Cryptography Whitepaper section 8.1.2 (of both ephemeral keys), section 7.7 (39 digits)",
    ),
    Scheme(
        "Zoom meeting, 39 digits",
        10**39,
        False,
        "Zoom Cryptography Whitepaper section 7.7 (of the leader's long-lived key)",
        made=Made.OF_ONE_KEY,
    ),
    Scheme(
        "Signal, 60 digits",
        10**SIGNAL_HALF_DIGITS,
        False,
        "libsignal, rust/protocol/src/fingerprint.rs: 30 digits for each long-lived identity key",
        made=Made.OF_EACH_KEY,
        work=SIGNAL_ITERATIONS,
    ),
)
"""The cheapest to hit by luck first. Signal's work: on graphics cards one SHA-512 takes as long as three SHA-256
(hashcat modes 1700 and 1400), and three SHA-256 are one try of ours, so its 5200 iterations are 5200 tries. What Zoom's
and Telegram's keys cost to make is not counted, which favours the attacker."""
