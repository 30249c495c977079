"""What the service itself says on a leg: a stream of RTP of its own, Opus, 20 ms in each packet.

Nobody else's source is ever continued: another one would have counted on under the same key (RFC 3711 section 9.1).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from struct import pack
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from ...wire.rtp_payload.codec import OPUS, codec_named
from .sound import FRAME, RATE, Pcm

_VERSION: Final = 0x80
_BITS: Final = 48_000


def opus_type(encodings: dict[int, str]) -> int | None:
    """The payload type that Opus has on a leg; None where there is none."""
    return next((number for number, one in encodings.items() if codec_named(one) is OPUS), None)


class OwnSound:
    """One stream. `payload_type` is that of Opus on the leg it goes to."""

    def __init__(self, payload_type: int) -> None:
        self.ssrc = secrets.randbits(32)
        self._payload_type = payload_type
        self._sequence = secrets.randbits(15)
        self._first = secrets.randbits(32)
        self._frames = 0
        self._encoder = _encoder()

    def packets(self, pcm: Pcm) -> Iterator[bytes]:
        """20 ms of sound, shape (960,), as RTP in clear. The encoder may keep a piece back at first."""
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, FRAME), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._frames * FRAME
        self._frames += 1
        for packet in self._encoder.encode(frame):
            timestamp = self._first + self._sequence * FRAME & 0xFFFF_FFFF
            head = pack("!BBHII", _VERSION, self._payload_type, self._sequence & 0xFFFF, timestamp, self.ssrc)
            self._sequence += 1
            yield head + bytes(packet)


def tone(hertz: float, frame: int, level: float = 6_000.0) -> Pcm:
    """The `frame`-th 20 ms of a tone, which go on where the one before ended."""
    at = np.arange(frame * FRAME, (frame + 1) * FRAME)
    return np.round(level * np.sin(2 * np.pi * hertz * at / RATE)).astype(np.int16)


def _encoder() -> AudioCodecContext:
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = _BITS
    encoder.options = {"application": "voip", "compression_level": "0"}
    return encoder
