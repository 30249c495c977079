"""Blocks of pcapng and records of pcap written by hand, after the drafts: tests share no code with our writers."""

from __future__ import annotations

import struct
from pathlib import Path

from harness.model.base import Party
from harness.vantage import tap

ALICE, BOB, MALLORY = ("127.1.0.2", 40_000), ("127.1.0.3", 40_001), ("127.1.0.9", 666)

RAW = 101

ENHANCED_HEAD = 28
"""Bytes of an enhanced packet block in front of the captured ones."""


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def options(*pairs: tuple[int, bytes], order: str = "<") -> bytes:
    coded = [struct.pack(order + "HH", code, len(text)) + text + bytes(-len(text) % 4) for code, text in pairs]
    return b"".join(coded) + bytes(4)


def section(order: str = "<", length: int = -1, major: int = 1, extra: bytes = b"") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, major, 0, length) + extra, order)


def interface(order: str = "<", link_type: int = RAW, snap_length: int = 0, extra: bytes = b"") -> bytes:
    return block(1, struct.pack(order + "HHI", link_type, 0, snap_length) + extra, order)


def enhanced(
    data: bytes, ticks: int = 0, order: str = "<", number: int = 0, length: int | None = None, extra: bytes = b""
) -> bytes:
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), length or len(data))
    return block(6, head + data + bytes(-len(data) % 4) + extra, order)


def simple(data: bytes, length: int | None = None, order: str = "<") -> bytes:
    return block(3, struct.pack(order + "I", length or len(data)) + data, order)


def obsolete(data: bytes, ticks: int = 0, order: str = "<", number: int = 0, extra: bytes = b"") -> bytes:
    head = struct.pack(order + "HHIIII", number, 7, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(2, head + data + bytes(-len(data) % 4) + extra, order)


def secrets(value: bytes, kind: int = 0x544C534B, order: str = "<") -> bytes:
    return block(10, struct.pack(order + "II", kind, len(value)) + value, order)


def pcap_header(order: str = "<", magic: int = 0xA1B2C3D4, network: int = RAW, snap_length: int = 65_535) -> bytes:
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap_length, network)


def record(data: bytes, second: int, fraction: int = 0, order: str = "<", length: int | None = None) -> bytes:
    """One record of a pcap file."""
    length = len(data) if length is None else length
    return struct.pack(order + "IIII", second, fraction, len(data), length) + data


def leg(path: Path, datagrams: list[tuple[bool, bytes]], alice: tuple[str, int] = ALICE) -> Path:
    """A capture of Alice's leg by our own tap: (True when Alice sent it, UDP payload) in order."""
    recorder = tap.LegTap("alice-bob", Party.ALICE, path)
    for outward, data in datagrams:
        recorder.seen(outward, alice, BOB, data)
    recorder.close()
    assert recorder.fault is None
    return path
