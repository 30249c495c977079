"""STUN messages, written: with MESSAGE-INTEGRITY and FINGERPRINT, as the answers to connectivity checks have them."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from ipaddress import IPv4Address
from struct import pack
from typing import Final
from zlib import crc32

from .stun import FINGERPRINT_XOR, MAGIC_COOKIE, StunClass
from .stun_attributes import REGISTERED

_CODES: Final = {attribute.name: code for code, attribute in REGISTERED.items()}
_IPV4: Final = 0x01
_ATTRIBUTE_HEADER: Final = 4
_INTEGRITY_SIZE: Final = 20
_FINGERPRINT_SIZE: Final = 4


def written(
    method: int, klass: StunClass, transaction_id: bytes, attributes: Iterable[tuple[str, bytes]], key: bytes | None
) -> bytes:
    """A message (RFC 8489 section 5) that ends with MESSAGE-INTEGRITY under `key`, if there is one, and FINGERPRINT.

    Attributes are given by their registered names. ValueError for a transaction id that has not 12 bytes.
    """
    if len(transaction_id) != 12:
        raise ValueError(f"a transaction id has 12 bytes, not {len(transaction_id)}")
    # Bits 8 and 4 of the type are the class, the other twelve the method (RFC 8489 figure 3).
    kind = (method & 0xF80) << 2 | (method & 0x70) << 1 | method & 0xF | (klass & 2) << 7 | (klass & 1) << 4
    body = b"".join(_attribute(name, value) for name, value in attributes)
    if key is not None:
        covered = _head(kind, len(body) + _ATTRIBUTE_HEADER + _INTEGRITY_SIZE, transaction_id) + body
        body += _attribute("MESSAGE-INTEGRITY", hmac.digest(key, covered, "sha1"))
    covered = _head(kind, len(body) + _ATTRIBUTE_HEADER + _FINGERPRINT_SIZE, transaction_id) + body
    return covered + _attribute("FINGERPRINT", (crc32(covered) ^ FINGERPRINT_XOR).to_bytes(4, "big"))


def xor_address(name: str, address: tuple[str, int]) -> tuple[str, bytes]:
    """XOR-MAPPED-ADDRESS, or an attribute like it, of an IPv4 address and port (RFC 8489 section 14.2)."""
    host, port = int(IPv4Address(address[0])) ^ MAGIC_COOKIE, address[1] ^ MAGIC_COOKIE >> 16
    return name, pack("!BBHI", 0, _IPV4, port, host)


def error_code(code: int, reason: str) -> tuple[str, bytes]:
    """ERROR-CODE (RFC 8489 section 14.8)."""
    return "ERROR-CODE", pack("!HBB", 0, code // 100, code % 100) + reason.encode()


def _head(kind: int, length: int, transaction_id: bytes) -> bytes:
    return pack("!HHI", kind, length, MAGIC_COOKIE) + transaction_id


def _attribute(name: str, value: bytes) -> bytes:
    return pack("!HH", _CODES[name], len(value)) + value + bytes(-len(value) % 4)
