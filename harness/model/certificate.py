"""A certificate in a document: the hex of its DER, at least in outline.

    Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE, signatureValue BIT STRING }

(RFC 5280 section 4.1, X.690 section 8.1). What a hostile peer presented may be no better than that, and is told as it
is; but hex of something else, PEM and base64 are refused, because a code would be made of it.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

MAX_CHARACTERS: Final = 65536

_SEQUENCE: Final = 0x30
_BIT_STRING: Final = 0x03
_LONG: Final = 0x80
"""From here on the first byte of a length says how many bytes of length follow."""


def certificate_of(text: str) -> bytes:
    """The DER of such a text; ValueError for any other one."""
    try:
        der = bytes.fromhex(text)
        start, end = _content(der, 0, _SEQUENCE)
        for tag in (_SEQUENCE, _SEQUENCE, _BIT_STRING):
            start = _content(der, start, tag)[1]
    except (ValueError, IndexError):
        start, end, der = 0, 1, b""
    if not (start == end == len(der)) or der.hex() != text.lower():
        raise ValueError("it is not the hex of a DER certificate")
    return der


def _content(der: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at this place begins and ends. ValueError, or IndexError: it is not there."""
    size, begin = der[at + 1], at + 2
    if der[at] != tag:
        raise ValueError(f"no element {tag:#04x}")
    if size >= _LONG:
        begin += size - _LONG
        size = int.from_bytes(der[at + 2 : begin], "big")
    return begin, begin + size


def _checked(text: str) -> str:
    certificate_of(text)
    return text


Certificate = Annotated[
    str,
    Field(max_length=MAX_CHARACTERS, json_schema_extra={"pattern": "^30([0-9a-fA-F]{2})+$"}),
    AfterValidator(_checked),
]
"""A certificate as text, in documents."""
