"""What the plaintext test says of one stream."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reading(StrEnum):
    """PLAINTEXT is proof. The other two are not: neither says that a stream is encrypted."""

    PLAINTEXT = "plaintext"
    NOTHING_DECODED = "nothing decoded"
    TOO_FEW = "too few packets to tell"


@dataclass(frozen=True, slots=True)
class Decoded:
    """`codec` as SDP names it, or "RTCP"; None unless the reading is PLAINTEXT. `sampled`: packets looked at.

    `chance`: that ciphertext would show as much; 1 unless the reading is PLAINTEXT. `evidence` is a sentence.
    """

    reading: Reading
    codec: str | None
    sampled: int
    chance: float
    evidence: str
