"""Two codes of other systems whose derivation is published: Signal's safety number and Matrix's decimal SAS.

They are here because a price needs them: how many different codes there are, and what one try costs. ZRTP, Zoom and
Telegram are only priced (`scheme.py`): for the rendering of theirs no published vectors are at hand.
`sisters-vectors.json`, next to this file, holds the vectors and where they come from.
"""

from __future__ import annotations

from hashlib import sha512
from typing import Final

SIGNAL_ITERATIONS: Final = 5200
"""SHA-512 computations for one half of a safety number."""
SIGNAL_HALF_DIGITS: Final = 30

MATRIX_DECIMAL_BITS: Final = 39
MATRIX_EMOJI_BITS: Final = 42

_SIGNAL_VERSION: Final = b"\x00\x00"
_CHUNK_BYTES, _CHUNK_DIGITS = 5, 5


def signal_half(identifier: bytes, identity_key: bytes, iterations: int = SIGNAL_ITERATIONS) -> str:
    """The 30 digits that stand for one person: of a long-lived key (33 bytes, type first) and nothing of the call.

    Source: libsignal, rust/protocol/src/fingerprint.rs, `get_fingerprint` and `get_encoded_string`.
    """
    digest = sha512(_SIGNAL_VERSION + identity_key + identifier + identity_key).digest()
    for _ in range(1, iterations):
        digest = sha512(digest + identity_key).digest()
    chunks = [digest[start : start + _CHUNK_BYTES] for start in range(0, SIGNAL_HALF_DIGITS, _CHUNK_BYTES)]
    return "".join(f"{int.from_bytes(chunk, 'big') % 10**_CHUNK_DIGITS:0{_CHUNK_DIGITS}d}" for chunk in chunks)


def signal_number(one: str, other: str) -> str:
    """The 60 digits on both screens: the two halves, the smaller first."""
    return "".join(sorted((one, other)))


def matrix_decimal(generated: bytes) -> tuple[int, int, int]:
    """Three numbers from 1000 to 9191, from the first 39 of the 40 bits that HKDF generated (5 bytes).

    Source: Matrix specification, client-server API, "SAS method: decimal". ValueError for another number of bytes.
    """
    if len(generated) != 5:
        raise ValueError(f"a decimal SAS is made of 5 bytes, not {len(generated)}")
    bits = int.from_bytes(generated, "big") >> 1
    first, second, third = (1000 + (bits >> shift & 0x1FFF) for shift in (26, 13, 0))
    return first, second, third
