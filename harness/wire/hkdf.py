"""HKDF-Expand-Label and the exporter of TLS 1.3 and DTLS 1.3 (RFC 5869, RFC 8446 sections 7.1 and 7.5)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

TLS13: Final = b"tls13 "
DTLS13: Final = b"dtls13"
"""What DTLS 1.3 writes in front of each label: without the space (RFC 9147 section 5.9)."""


def expand(secret: bytes, info: bytes, length: int, hash_name: str) -> bytes:
    """`length` bytes of HKDF-Expand (RFC 5869 section 2.3); ValueError when that is more than 255 digests."""
    if length > 255 * hashlib.new(hash_name).digest_size:
        raise ValueError(f"HKDF-Expand cannot give {length} bytes")
    block, output = b"", b""
    while len(output) < length:
        block = hmac.digest(secret, block + info + bytes([len(output) // len(block) + 1 if block else 1]), hash_name)
        output += block
    return output[:length]


def expand_label(
    secret: bytes, label: bytes, context: bytes, length: int, hash_name: str, prefix: bytes = TLS13
) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1); `prefix` is TLS13 or DTLS13, `hash_name` one of hashlib's."""
    full = prefix + label
    info = length.to_bytes(2, "big") + bytes([len(full)]) + full + bytes([len(context)]) + context
    return expand(secret, info, length, hash_name)


def export(secret: bytes, label: bytes, length: int, hash_name: str, prefix: bytes, context: bytes = b"") -> bytes:
    """Keying material from an exporter secret (`exporter_master_secret`, RFC 8446 section 7.5)."""
    empty = hashlib.new(hash_name).digest()
    derived = expand_label(secret, label, empty, len(empty), hash_name, prefix)
    return expand_label(derived, b"exporter", hashlib.new(hash_name, context).digest(), length, hash_name, prefix)
