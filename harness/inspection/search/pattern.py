"""What is searched for: secrets with a name and a kind, taken apart into pieces that are found each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SHORTEST: Final = 8
"""Bytes of a secret that can be searched for: below that, accidents would be reported as leaks."""
PIECE: Final = 16
"""Bytes of a piece. Longer secrets are looked for piece by piece, so that 128 bits of one are enough to find it."""
MAX_MEDIA_PIECES: Final = 2_000


class PatternKind(StrEnum):
    """What a secret is, in the words of RFC 3711 and RFC 5246."""

    MARKER = "marker word"
    FRAME = "encoded frame"
    PRE_MASTER = "pre-master secret"
    MASTER = "master secret"
    EXPORTER = "exporter secret"
    SRTP_MASTER_KEY = "SRTP master key"
    SRTP_MASTER_SALT = "SRTP master salt"
    SESSION_KEY = "session key"
    SESSION_AUTH_KEY = "session authentication key"
    SESSION_SALT = "session salt"
    PRIVATE_KEY = "certificate's private key"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One secret. `name` says whose it is ("alice: client write key") and is shown; the secret never is."""

    name: str
    kind: PatternKind
    secret: bytes = field(repr=False)


def pieces(secret: bytes) -> tuple[bytes, ...]:
    """The pieces of a secret that can be searched for: 16 bytes each, the last one flush with its end.

    Empty when the secret is too short, or when no piece is irregular.
    """
    if len(secret) < SHORTEST:
        return ()
    last = max(len(secret) - PIECE, 0)
    starts = [*range(0, last, PIECE), last]
    cut = (secret[start : start + PIECE] for start in starts)
    return tuple(dict.fromkeys(piece for piece in cut if _irregular(piece)))


def refusal(pattern: Pattern) -> str | None:
    """Why a pattern cannot be searched for, as the end of a sentence; None when it can."""
    if len(pattern.secret) < SHORTEST:
        return f"has {len(pattern.secret)} bytes, and fewer than {SHORTEST} are found by accident"
    if not pieces(pattern.secret):
        return "is as regular as padding or a counter, and such bytes occur everywhere"
    return None


def _irregular(piece: bytes) -> bool:
    """Do more than half of the steps from byte to byte differ? Under XOR all counters are alike, and so is padding."""
    steps = [one ^ other for one, other in pairwise(piece)]
    return 2 * len(set(steps)) > len(steps) + 1


def private_key_patterns(name: str, key: EllipticCurvePrivateKey | RSAPrivateKey) -> tuple[Pattern, ...]:
    """The secret numbers of a certificate's key: the scalar of an elliptic curve; d, p and q of RSA (RFC 8017).

    They lie big-endian inside every DER and PEM form (RFC 5915, RFC 5958), which are found by them. The whole DER is
    no pattern: it begins alike for all keys, and it holds the public key, which everybody may see.
    """
    if isinstance(key, RSAPrivateKey):
        rsa = key.private_numbers()
        numbers: Mapping[str, int] = {"d": rsa.d, "p": rsa.p, "q": rsa.q}
        size = {part: (number.bit_length() + 7) // 8 for part, number in numbers.items()}
    else:
        numbers = {"scalar": key.private_numbers().private_value}
        size = {"scalar": (key.curve.key_size + 7) // 8}
    return tuple(
        Pattern(f"{name}: {part}", PatternKind.PRIVATE_KEY, number.to_bytes(size[part], "big"))
        for part, number in numbers.items()
    )


def media_patterns(name: str, frames: Sequence[bytes], most: int = MAX_MEDIA_PIECES) -> tuple[Pattern, ...]:
    """Sixteen bytes out of the middle of up to `most` frames of plain media, spread evenly over all of them.

    The middle, because headers and beginnings of frames are alike. Frames that are too short or too even are left out.
    """
    usable = list(_middles(frames))
    step = max(1, -(-len(usable) // most))
    return tuple(Pattern(f"{name}: frame {number}", PatternKind.FRAME, middle) for number, middle in usable[::step])


def _middles(frames: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, frame in enumerate(frames):
        start = (len(frame) - PIECE) // 2
        if start >= 0 and pieces(middle := frame[start : start + PIECE]):
            yield number, middle
