"""Senders of SRTP at any packet index, made with libsrtp: what authentication is tested on."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from pylibsrtp import Policy, Session

from harness.inspection.authentication import Authenticator, SenderProof
from harness.inspection.keys import KeyedSender
from harness.wire.srtp import PROFILES
from tests.unit.inspection.windows import Capture, Sent

CM: Final = "SRTP_AES128_CM_HMAC_SHA1_80"
CM_SHORT: Final = "SRTP_AES128_CM_HMAC_SHA1_32"
GCM: Final = "SRTP_AEAD_AES_128_GCM"
NULL: Final = "SRTP_NULL_HMAC_SHA1_80"
LIBSRTP: Final = {CM: 1, CM_SHORT: 2, NULL: 5, GCM: 7, "SRTP_AEAD_AES_256_GCM": 8}

NEAR, FAR = "192.0.2.1:5000", "192.0.2.2:6000"
SSRC: Final = 0x1234ABCD


def key_of(profile: str, number: int = 1) -> bytes:
    """A master key and salt; another one for each number."""
    return bytes((number * 37 + place) % 256 for place in range(PROFILES[profile].key + PROFILES[profile].salt))


def rtp(index: int, payload: bytes = b"what was said", ssrc: int = SSRC) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, index & 0xFFFF, 960 * index & 0xFFFFFFFF, ssrc) + payload


def report(number: int, ssrc: int = SSRC) -> bytes:
    return struct.pack("!BBHI", 0x81, 201, 7, ssrc) + struct.pack("!6I", 0x5678, 0, number, 0, 0, 0)


class Speaker:
    """One sender's libsrtp. Indexes may go forth at will, and back within libsrtp's window."""

    def __init__(self, profile: str = CM, key: bytes | None = None, ssrc: int = SSRC) -> None:
        self.profile, self.key, self.ssrc = profile, key or key_of(profile), ssrc
        policy = Policy(key=self.key, ssrc_type=Policy.SSRC_SPECIFIC, ssrc_value=ssrc, srtp_profile=LIBSRTP[profile])
        policy.window_size, policy.allow_repeat_tx = 8192, True
        self._session = Session(policy)
        self._index = 0

    def say(self, index: int, payload: bytes = b"what was said") -> bytes:
        """The SRTP packet with this index."""
        while index - self._index > 30_000:
            self._index += 30_000
            self._session.protect(rtp(self._index, b"", self.ssrc))
        self._index = max(self._index, index)
        return self._session.protect(rtp(index, payload, self.ssrc))

    def report(self, number: int) -> bytes:
        return self._session.protect_rtcp(report(number, self.ssrc))

    def keyed(self, leg: int | None = 0, outward: bool | None = True) -> KeyedSender:
        return KeyedSender(self.profile, self.key, "test", leg, outward)


def outward(*packets: bytes) -> list[Sent]:
    return [Sent(0.0, NEAR, FAR, packet) for packet in packets]


def inward(*packets: bytes) -> list[Sent]:
    return [Sent(0.0, FAR, NEAR, packet) for packet in packets]


def proofs(keys: Sequence[KeyedSender], *windows: Sequence[Sent], jobs: int = 1) -> tuple[SenderProof, ...]:
    """What an authenticator says of these windows of one capture."""
    capture = Capture()
    with Authenticator(keys, jobs=jobs) as authenticator:
        for sent in windows:
            authenticator.add(capture.window(sent))
        return authenticator.result()


def flipped(packet: bytes, bit: int) -> bytes:
    changed = bytearray(packet)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)
