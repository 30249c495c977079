"""What speaks for plaintext: a codec, and how unlikely it is that ciphertext looks like it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """`codec` as SDP names it; `chance` that random bytes would show as much; `sentence` says what was seen."""

    codec: str
    chance: float
    sentence: str
