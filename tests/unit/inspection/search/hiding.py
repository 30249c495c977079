"""A call that hides a secret: what the search is tested on. Every payload is seeded noise, as ciphertext would be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha384

import numpy as np

from harness.inspection.search.hit import Hit
from harness.inspection.search.pattern import Pattern, PatternKind
from harness.inspection.search.search import Search
from harness.vantage.window import Window
from tests.unit.inspection.windows import UNDER_UDP, Capture, Sent

ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"
KEY = bytes.fromhex("e1f97a0d3e018be0d64fa32c06de4139")
"""The master key of RFC 3711 appendix B.3: no secret of anybody."""

Edit = Callable[[int, bytearray], None]
"""Changes the n-th packet in place."""


def rtp(number: int, noise: np.random.Generator, ssrc: int = 0xCAFE, size: int = 60) -> bytearray:
    """A packet with a plain header and `size` bytes of noise."""
    header = b"\x80\x60" + (number & 0xFFFF).to_bytes(2, "big") + (960 * number).to_bytes(4, "big")
    return bytearray(header + ssrc.to_bytes(4, "big") + noise.bytes(size))


def stream(packets: int, edit: Edit = lambda number, packet: None, seed: int = 7) -> list[Sent]:
    """`packets` packets from Alice to Bob, each edited."""
    noise, sent = np.random.default_rng(seed), []
    for number in range(packets):
        packet = rtp(number, noise)
        edit(number, packet)
        sent.append(Sent(number / 50, ALICE, BOB, bytes(packet)))
    return sent


def windows(sent: Sequence[Sent], per_window: int = 1_000) -> list[Window]:
    """The same packets in windows of at most so many."""
    capture = Capture()
    return [capture.window(sent[first : first + per_window]) for first in range(0, len(sent), per_window)]


def in_network_headers(window: Window, place: int, values: Sequence[int]) -> None:
    """Write one byte into each frame, `place` bytes from where its network header begins."""
    window.data[window.frames.offset + 14 + place] = values
    assert 14 + place < UNDER_UDP


def find(over: Sequence[Window], secret: bytes = KEY) -> tuple[Hit, ...]:
    """What a search for one master key finds, and for another one that is nowhere."""
    other = Pattern("elsewhere", PatternKind.MASTER, sha384(b"elsewhere").digest())
    search = Search([Pattern("alice", PatternKind.SRTP_MASTER_KEY, secret), other])
    for window in over:
        search.add(window)
    return search.result()


def nibbles(secret: bytes) -> list[int]:
    """Of each byte the high one, then the low one."""
    return [half for byte in secret for half in (byte >> 4, byte & 15)]
