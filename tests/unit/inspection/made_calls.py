"""Whole calls as capture files, of parts that others made: OpenSSL's handshakes, libsrtp's packets, FFmpeg's media."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from pylibsrtp import Policy, Session

from tests.unit.vantage import blocks
from tests.unit.vantage.layers import frames
from tests.unit.wire.openssl_pair import ECDSA_GCM, Identity, Pair, identity, shake_hands

from . import media
from .call_traffic import ALICE, BOB, dtls, ice
from .windows import Sent

CM_80, GCM_256, NULL = "SRTP_AES128_CM_SHA1_80", "SRTP_AEAD_AES_256_GCM", "SRTP_NULL_HMAC_SHA1_80"
SIZES: Final = {
    CM_80: (16, 14, 1),
    "SRTP_AES128_CM_SHA1_32": (16, 14, 2),
    "SRTP_AEAD_AES_128_GCM": (16, 12, 7),
    GCM_256: (32, 12, 8),
}
"""By OpenSSL's name: bytes of master key and salt, and libsrtp's number of the profile."""

ALICE_SSRC, BOB_SSRC = 0x0A11CE, 0x0B0B
Link = Callable[[Sent], bytes]

_BEGAN: Final = time.time()
"""When all calls are made: a certificate of another time would be a finding."""


@dataclass(frozen=True)
class MadeCall:
    """What was sent, in order of time, and the key log of its client. Alice is client, controls ICE, and called."""

    sent: tuple[Sent, ...]
    keylog: str
    alice: Identity
    bob: Identity
    pair: Pair


def sound(count: int, payload_type: int = media.OPUS, ssrc: int = ALICE_SSRC) -> list[bytes]:
    """RTP packets of 20 ms of something like speech each."""
    if payload_type == media.OPUS:
        payloads, ticks = media.encoded("libopus", 48_000, media.speech(0.02 * count, 48_000)), 960
    elif payload_type == media.G722:
        payloads, ticks = media.encoded("g722", 16_000, media.speech(0.02 * count, 16_000)), 160
    else:
        law = "pcm_mulaw" if payload_type == media.PCMU else "pcm_alaw"
        payloads, ticks = media.encoded(law, 8_000, media.speech(0.02 * count, 8_000)), 160
    return media.audio_packets(payload_type, payloads[:count], ticks, ssrc)


def report(ssrc: int) -> bytes:
    """A receiver report with no block, and the CNAME that has to go with it (RFC 3550 section 6.1)."""
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc) + struct.pack("!BBHI", 0x81, 202, 3, ssrc) + b"\x01\x04alic\x00\x00"


class Speaker:
    """What one side of a finished handshake sends with: libsrtp under the keys that OpenSSL exports."""

    def __init__(self, pair: Pair, profile: str, *, client: bool) -> None:
        key, salt, number = SIZES[profile]
        material = pair.client.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        place, salts = (0 if client else key), 2 * key + (0 if client else salt)
        policy = Policy(
            key=material[place : place + key] + material[salts : salts + salt],
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=number,
        )
        self._session = Session(policy)

    def say(self, packets: Iterable[bytes]) -> list[bytes]:
        return [self._session.protect(one) for one in packets]

    def report(self, ssrc: int) -> bytes:
        return self._session.protect_rtcp(report(ssrc))


def made_call(
    profile: str = CM_80,
    count: int = 60,
    alice: Identity | None = None,
    bob: Identity | None = None,
    suites: str = ECDSA_GCM,
    mtu: int = 1200,
    ends: tuple[str, str] = (ALICE, BOB),
    sounds: Sequence[int] = (media.OPUS, media.OPUS),
) -> MadeCall:
    """A call: ICE, DTLS 1.2 with both certificates, and `count` packets and one report each way."""
    alice, bob = alice or identity("alice"), bob or identity("bob")
    pair = shake_hands(alice, bob, suites=suites, profiles=profile, mtu=mtu)
    heard = []
    for client, ssrc, payload_type in ((True, ALICE_SSRC, sounds[0]), (False, BOB_SSRC, sounds[1])):
        speaker = Speaker(pair, profile, client=client)
        way = ends if client else ends[::-1]
        packets = [*speaker.say(sound(count, payload_type, ssrc)), speaker.report(ssrc)]
        heard += [Sent(5.0 + 0.02 * number + 0.001 * client, *way, one) for number, one in enumerate(packets)]
    sent = [*ice(*ends), *dtls(pair, *ends), *sorted(heard, key=lambda one: one.time)]
    return MadeCall(tuple(sent), "\n".join(pair.keylog) + "\n", alice, bob, pair)


# as files


def over_ethernet(one: Sent) -> bytes:
    return frames.datagram(one.payload, one.source, one.destination)


def write(
    path: Path, sent: Iterable[Sent], link: Link = over_ethernet, network: int = 1, keylog: str | None = None
) -> Path:
    """A pcapng file, after the draft; `keylog` goes into a decryption-secrets block."""
    parts = [blocks.section(), blocks.interface(link_type=network)]
    if keylog is not None:
        parts.append(blocks.secrets(keylog.encode()))
    parts += [blocks.enhanced(link(one), round(1e6 * (_BEGAN + one.time))) for one in sent]
    path.write_bytes(b"".join(parts))
    return path


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def played(path: Path) -> tuple[str, int]:
    """What FFmpeg makes of a file: "audio" and its milliseconds, or "video" and its frames."""
    with av.open(str(path)) as container:
        kind = container.streams[0].type
        found = list(container.decode(container.streams[0]))
    milliseconds = sum(1000 * one.samples // one.sample_rate for one in found if isinstance(one, av.AudioFrame))
    return kind, milliseconds or len(found)
