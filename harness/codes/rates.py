"""How fast somebody tries certificates: published speeds, in tries per second.

One try is three compressions of SHA-256 (FIPS 180-4): the last block of the certificate, whose beginning is hashed once
and for all, and two for the 75 bytes that a code is made of. Looking a code up in a table is counted as nothing, which
favours the attacker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BLOCKS_OF_A_TRY: Final = 3

_CARD: Final = 21_975.5e6
_BITCOIN: Final = 1e21
_BLOCKS_OF_A_BITCOIN_HASH: Final = 2


@dataclass(frozen=True)
class Rate:
    """`tries` per second, and who says so."""

    name: str
    tries: float
    source: str


PUBLISHED: Final = (
    Rate(
        "one graphics card",
        _CARD / BLOCKS_OF_A_TRY,
        "NVIDIA RTX 4090, hashcat 6.2.6, mode 1400 (SHA2-256): 21,975.5 million a second "
        "(gist.github.com/Chick3nman/32e662a5bb63bc4f51b847bb422222fd)",
    ),
    Rate("a thousand graphics cards", 1000 * _CARD / BLOCKS_OF_A_TRY, "a thousand times the speed of one"),
    Rate(
        "all Bitcoin miners",
        _BITCOIN * _BLOCKS_OF_A_BITCOIN_HASH / BLOCKS_OF_A_TRY,
        "10^21 double hashes a second (mean of a week, September 2025). A bound, not a threat: "
        "their chips can hash nothing but block headers",
    ),
)
