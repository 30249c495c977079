"""What looks like a certificate from outside (RFC 5280 section 4.1), whatever is inside."""

from __future__ import annotations


def outlined(inside: bytes) -> bytes:
    """DER: a SEQUENCE of a SEQUENCE that holds these bytes, an empty one, and an empty BIT STRING."""
    return element(0x30, element(0x30, inside) + element(0x30, b"") + element(0x03, b"\x00"))


def element(tag: int, content: bytes) -> bytes:
    """X.690 section 8.1, with the shortest length (section 10.1)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 + len(length))) + length + content
