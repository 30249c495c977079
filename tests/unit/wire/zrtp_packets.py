"""ZRTP packets made by hand from the figures of RFC 6189 section 5."""

from __future__ import annotations

from harness.wire.crc32c import crc32c

ZID = bytes(range(12))
MAC = bytes(8)


def packet(kind: str, body: bytes = b"", sequence: int = 1, ssrc: int = 0x1234) -> bytes:
    """Figure 2 around figure 3."""
    message = b"\x50\x5a" + ((12 + len(body)) // 4).to_bytes(2, "big") + kind.ljust(8).encode() + body
    start = b"\x10\x00" + sequence.to_bytes(2, "big") + b"ZRTP" + ssrc.to_bytes(4, "big") + message
    return start + crc32c(start).to_bytes(4, "little")


def hello(client: str = "a test", zid: bytes = ZID, flags: int = 0, version: str = "1.10") -> bytes:
    """Figure 4, with two hashes and one of everything else."""
    counts = flags << 24 | 2 << 16 | 1 << 12 | 1 << 8 | 1 << 4 | 1
    fixed = version.encode() + client.ljust(16).encode() + bytes(32) + zid + counts.to_bytes(4, "big")
    return fixed + b"S256S384AES1HS80EC25B32 " + MAC


def commit(agreement: str = "EC25", zid: bytes = ZID) -> bytes:
    """Figures 5 to 7: what follows the five choices depends on the key agreement."""
    rest = {"Mult": 16, "Prsh": 24}.get(agreement, 32)
    return bytes(32) + zid + b"S256AES1HS80" + agreement.encode() + b"B32 " + bytes(rest) + MAC
