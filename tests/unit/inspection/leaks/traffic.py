"""Calls as an observer without keys sees them: real Opus, encrypted by libsrtp, with the extensions of a browser."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pylibsrtp
from numpy.typing import NDArray

from harness.inspection.leaks import Described, LeakFollower, OpenMedia, leak_findings, load_leak_policy
from harness.model.finding import Finding, Reason
from tests.unit.inspection.media import encoded, speech
from tests.unit.inspection.windows import Capture, Sent

ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"
SSRC, RATE, FRAME = 7, 48_000, 960
SECONDS = 10
POLICY = load_leak_policy()


@cache
def pcm() -> NDArray[np.int16]:
    return speech(SECONDS, RATE)


@cache
def loudness() -> NDArray[np.float64]:
    """Of each 20 ms, in decibels below full scale."""
    frames = pcm()[: len(pcm()) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    power: NDArray[np.float64] = 20 * np.log10(np.sqrt((frames**2).mean(axis=1)) / 32_768 + 1e-9)
    return power


@cache
def opus(variable: bool) -> list[bytes]:
    return encoded("libopus", RATE, pcm(), b="32000", vbr="on" if variable else "off")


def level(at: int) -> bytes:
    """The audio-level element's value: voice activity above -40 dBov (RFC 6464 section 3)."""
    below = int(np.clip(-loudness()[at], 0, 127))
    return bytes([(0x80 if below < 40 else 0) | below])


def one_byte(*found: tuple[int, bytes]) -> bytes:
    body = b"".join(bytes([number << 4 | len(value) - 1]) + value for number, value in found)
    body += bytes(-len(body) % 4)
    return b"\xbe\xde" + (len(body) // 4).to_bytes(2, "big") + body


def rtp(sequence: int, timestamp: int, payload: bytes, extension: bytes = b"", marker: bool = False) -> bytes:
    head = bytes([0x90 if extension else 0x80, 0x80 * marker | 111]) + sequence.to_bytes(2, "big")
    return head + timestamp.to_bytes(4, "big") + SSRC.to_bytes(4, "big") + extension + payload


def secured(packets: Sequence[bytes]) -> list[bytes]:
    policy = pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    sender = pylibsrtp.Session(policy)
    return [sender.protect(packet) for packet in packets]


def call(variable: bool = True, levels: bool = True) -> list[Sent]:
    """Ten seconds of speech, with level, send time and MID."""
    packets = []
    for at, payload in enumerate(opus(variable)):
        clock = int(at * 0.02 * 2**18) & 0xFFFFFF
        fields = [(1, level(at))] * levels + [(2, clock.to_bytes(3, "big")), (4, b"0"), (3, at.to_bytes(2, "big"))]
        packets.append(rtp(at, at * FRAME, payload, one_byte(*fields)))
    return [Sent(0.02 * at, ALICE, BOB, packet) for at, packet in enumerate(secured(packets))]


def collected(*windows: Sequence[Sent]) -> OpenMedia:
    capture, follower = Capture(), LeakFollower()
    for datagrams in windows:
        follower.add(capture.window(datagrams))
    return follower.result()


def found(*windows: Sequence[Sent], described: Described | None = None) -> tuple[Finding, ...]:
    return leak_findings(collected(*windows), described or Described(lambda leg: f"leg {leg}"), POLICY)


def one(findings: Sequence[Finding], reason: Reason, words: str = "") -> Finding:
    (finding,) = [finding for finding in findings if finding.reason is reason and words in finding.detail]
    return finding
