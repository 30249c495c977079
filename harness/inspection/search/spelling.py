"""How a secret can be written down: as bytes, as text (RFC 4648), backwards, or four bits at a time."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

import numpy as np

from ...vantage.window import Bytes


class Spelling(StrEnum):
    """The forms that are looked for. Each is found under XOR with any one byte as well."""

    RAW = "raw"
    REVERSED = "byte-reversed"
    HEX_LOWER = "hexadecimal, lower case"
    HEX_UPPER = "hexadecimal, upper case"
    BASE64 = "base64"
    BASE64_URL = "base64, URL-safe"
    NIBBLES_HIGH_FIRST = "nibbles, high first"
    NIBBLES_LOW_FIRST = "nibbles, low first"
    NIBBLES_BACKWARDS = "nibbles, backwards, low first"
    NIBBLES_BYTES_BACKWARDS = "nibbles, byte-reversed, high first"


INFORMATION: Final = {Spelling.HEX_LOWER: 4, Spelling.HEX_UPPER: 4, Spelling.BASE64: 6, Spelling.BASE64_URL: 6}
"""Bits of the secret in each element of a text; eight in a byte, four in a nibble."""


def as_bytes(secret: bytes) -> Iterator[tuple[Spelling, Bytes]]:
    """Every spelling in whole bytes, of which base64 has up to three: a secret can begin at each place of a group."""
    standard, url_safe = (dict.fromkeys(_base64(secret, encode)) for encode in (b64encode, urlsafe_b64encode))
    texts = [
        (Spelling.RAW, secret),
        (Spelling.REVERSED, secret[::-1]),
        (Spelling.HEX_LOWER, secret.hex().encode()),
        (Spelling.HEX_UPPER, secret.hex().upper().encode()),
        *((Spelling.BASE64, text) for text in standard),
        *((Spelling.BASE64_URL, text) for text in url_safe if text not in standard),
    ]
    for spelling, text in texts:
        yield spelling, np.frombuffer(text, np.uint8)


def as_nibbles(secret: bytes) -> Iterator[tuple[Spelling, Bytes]]:
    """Every order of nibbles, one in each element (0 to 15)."""
    forwards, backwards = (np.frombuffer(one, np.uint8) for one in (secret, secret[::-1]))
    yield Spelling.NIBBLES_HIGH_FIRST, _halves(high(forwards), low(forwards))
    yield Spelling.NIBBLES_LOW_FIRST, _halves(low(forwards), high(forwards))
    yield Spelling.NIBBLES_BACKWARDS, _halves(low(backwards), high(backwards))
    yield Spelling.NIBBLES_BYTES_BACKWARDS, _halves(high(backwards), low(backwards))


def low(elements: Bytes) -> Bytes:
    """The lower four bits of each byte."""
    return elements & np.uint8(15)


def high(elements: Bytes) -> Bytes:
    """The upper four bits of each byte."""
    return elements >> np.uint8(4)


def _base64(secret: bytes, encode: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """The characters that depend on nothing but the secret, when 0, 1 or 2 bytes stand in front of it."""
    for before in range(3):
        text = encode(bytes(before) + secret)
        first, end = -(-8 * before // 6), 8 * (before + len(secret)) // 6
        yield text[first:end]


def _halves(first: Bytes, second: Bytes) -> Bytes:
    return np.stack((first, second), axis=1).ravel()
