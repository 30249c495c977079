"""Packets by hand: plain ones, and the means to protect them with libsrtp under keys that OpenSSL exported."""

from __future__ import annotations

import hmac
import struct
from functools import cache
from typing import Final

from pylibsrtp import Policy, Session

from tests.unit.markers.sent_media import audio_packets, video_packets
from tests.unit.wire.openssl_pair import Pair

OPENSSL_PROFILE: Final = "SRTP_AES128_CM_SHA1_80"
NULL_CIPHER: Final = 5
"""libsrtp's number of the profile with a tag and without encryption."""

DTLS_JUNK: Final = b"\x16\xfe\xfd" + bytes(10)
"""An empty record: DTLS by its form, and no step of any handshake."""

MARKER: Final = 0x0123_4567_89AB_CDEF
BINDING_REQUEST: Final = struct.pack("!HHI12s", 0x0001, 0, 0x2112A442, b"transaction1")
OPUS_TOC: Final = 0x78


def check(number: int, password: str) -> bytes:
    """A connectivity check with MESSAGE-INTEGRITY (RFC 8489 section 14.5)."""
    return _authentic(0x0001, number, struct.pack("!HHI", 0x0024, 4, 1), password)


def check_answer(number: int, password: str) -> bytes:
    """The success response to the check of this number."""
    return _authentic(0x0101, number, struct.pack("!HHHHI", 0x0020, 8, 1, 0x1234, 0x5678_9ABC), password)


def _authentic(kind: int, number: int, attributes: bytes, password: str) -> bytes:
    head = struct.pack("!HHI12s", kind, len(attributes) + 24, 0x2112A442, number.to_bytes(12, "big"))
    integrity = hmac.digest(password.encode(), head + attributes, "sha1")
    return head + attributes + struct.pack("!HH", 0x0008, 20) + integrity


def rtp(sequence: int, payload: bytes, ssrc: int = 0x1234) -> bytes:
    return struct.pack("!BBHII", 0x80, 111, sequence & 0xFFFF, 960 * sequence & 0xFFFFFFFF, ssrc) + payload


def opus(sequence: int, ssrc: int = 0x1234) -> bytes:
    """A packet that looks like Opus: the first byte of the payload is always the same."""
    return rtp(sequence, bytes([OPUS_TOC]) + bytes((sequence * 7 + n) % 251 for n in range(79)), ssrc)


def receiver_report(number: int, ssrc: int = 0x1234) -> bytes:
    return struct.pack("!BBHI", 0x81, 201, 7, ssrc) + struct.pack("!6I", 0x5678, 0, number, 0, 0, 0)


def exported_keys(pair: Pair) -> tuple[bytes, bytes]:
    """Master key and salt that client and server send with, by OpenSSL's own exporter (RFC 5764 section 4.2)."""
    material = pair.client.export_keying_material(b"EXTRACTOR-dtls_srtp", 60)
    return material[:16] + material[32:46], material[16:32] + material[46:]


def sender(key: bytes, profile: int = Policy.SRTP_PROFILE_AES128_CM_SHA1_80) -> Session:
    policy = Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
    policy.allow_repeat_tx = True
    return Session(policy)


def flip(data: bytes, at: int) -> bytes:
    """The packet with one bit inverted."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@cache
def sound() -> tuple[bytes, ...]:
    """1.5 s of real Opus with a marker in it."""
    return tuple(audio_packets(MARKER, ssrc=0xAD10))


@cache
def pictures() -> tuple[bytes, ...]:
    """The video of a marker, in clear."""
    return tuple(video_packets(MARKER, ssrc=0xF1DE))
