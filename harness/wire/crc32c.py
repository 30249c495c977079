"""CRC-32C, the Castagnoli polynomial (RFC 9260 appendix A), which SCTP and ZRTP use."""

from __future__ import annotations

from typing import Final

_REVERSED_POLYNOMIAL: Final = 0x82F63B78


def _entry(byte: int) -> int:
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (_REVERSED_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE: Final = tuple(_entry(byte) for byte in range(256))


def crc32c(data: bytes) -> int:
    """The checksum as a number of 32 bits; SCTP and ZRTP send its least significant byte first."""
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF
