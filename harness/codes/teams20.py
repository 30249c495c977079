"""The 20-digit security code of a call, `teams20/v1`: our reference derivation, in the manner of Microsoft Teams.

    thumbprint(cert) = SHA-256 over the DER certificate that DTLS really presented
    digest           = SHA-256("teams20/v1" || 0x00 || caller_thumbprint || callee_thumbprint)
    code             = int(digest, big-endian) mod 10^20, zero-padded to 20 digits
    short code       = the same number mod 10^n for 4 to 20 digits: what an attack can really be shown to find

The order is by role, so that a reflected call does not show the code of an honest one. `teams20-vectors.json`, next to
this file, holds what an implementation in another language must reproduce.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

DIGITS: Final = 20
FEWEST_DIGITS: Final = 4
THUMBPRINT_BYTES: Final = 32

CONTEXT: Final = b"teams20/v1\x00"
_GROUP: Final = 5


def thumbprint(der: bytes) -> bytes:
    """SHA-256 (32 bytes) over one DER certificate. Give it the presented certificate, never the SDP's claim."""
    if not der:
        raise ValueError("an empty certificate has no thumbprint")
    return sha256(der).digest()


def code(caller_thumbprint: bytes, callee_thumbprint: bytes) -> str:
    """The 20 digits for a call, without spaces.

    Raises ValueError when a thumbprint is not 32 bytes long, or when both are equal: a call with oneself is a
    reflection, and must not get a code that looks valid.
    """
    return short_code(caller_thumbprint, callee_thumbprint, DIGITS)


def short_code(caller_thumbprint: bytes, callee_thumbprint: bytes, digits: int) -> str:
    """The last 4 to 20 digits of `code`, zero-padded: no real screen shows fewer than 20, but an attack on all of them
    would take years. ValueError as for `code`, and for another number of digits."""
    if not FEWEST_DIGITS <= digits <= DIGITS:
        raise ValueError(f"a code has {FEWEST_DIGITS} to {DIGITS} digits, not {digits}")
    number = int.from_bytes(digest(caller_thumbprint, callee_thumbprint), "big")
    return f"{number % 10**digits:0{digits}d}"


def digest(caller_thumbprint: bytes, callee_thumbprint: bytes) -> bytes:
    """The 32 bytes that the digits are taken from. ValueError as for `code`."""
    for role, value in (("caller", caller_thumbprint), ("callee", callee_thumbprint)):
        if len(value) != THUMBPRINT_BYTES:
            raise ValueError(f"the {role}'s thumbprint has {len(value)} bytes, not {THUMBPRINT_BYTES}")
    if caller_thumbprint == callee_thumbprint:
        raise ValueError("caller and callee have the same thumbprint: the call is reflected")
    return sha256(CONTEXT + caller_thumbprint + callee_thumbprint).digest()


def grouped(code: str) -> str:
    """The code as a screen shows it: four groups of five digits. ValueError when it is not 20 digits."""
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", code):
        raise ValueError(f"a code is {DIGITS} decimal digits")
    return " ".join(code[start : start + _GROUP] for start in range(0, DIGITS, _GROUP))
