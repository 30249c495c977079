"""What a leg's device says: its Opus packets, decoded, each with its place in time.

The packets come from whoever sits at the device: any order, any bytes. What does not decode, or comes behind what has
been decoded already, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from ...markers import opus
from ...wire import rtp
from ...wire.demux import PacketClass, classify
from ...wire.rtp_payload.codec import OPUS, codec_named

RATE: Final = opus.RATE
FRAME: Final = RATE // 50
"""Samples of 20 ms."""

LONGEST_GAP: Final = 60 * RATE
"""Samples by which a timestamp may run ahead; what is further away is a sender that began anew."""

Pcm = NDArray[np.int16]
"""Mono samples, 48 kHz, shape (samples,)."""


def is_sound(packet: bytes, encodings: dict[int, str]) -> bool:
    """Whether it is RTP that holds Opus."""
    if classify(packet) is not PacketClass.SRTP:
        return False
    try:
        header = rtp.parse(packet)
    except ValueError:
        return False
    return codec_named(encodings.get(header.payload_type, "")) is OPUS


class Heard(NamedTuple):
    """A piece of sound, `at` so many samples after the first one of this source; `source` counts from 0."""

    source: int
    at: int
    pcm: Pcm


class Ear:
    """Listens to one leg. `encodings` are those of its description; what is not Opus there is not listened to."""

    def __init__(self) -> None:
        self._decoder: AudioCodecContext | None = None
        self._ssrc: int | None = None
        self._source = -1
        self._first = self._next = 0

    def take(self, packet: bytes, encodings: dict[int, str]) -> Iterator[Heard]:
        """The sound of one RTP packet in clear: none, or one piece."""
        if classify(packet) is not PacketClass.SRTP:
            return
        try:
            header = rtp.parse(packet)
            payload = rtp.payload(packet, header)
        except ValueError:
            return
        if codec_named(encodings.get(header.payload_type, "")) is not OPUS or not payload:
            return
        at = self._placed(header)
        if at < self._next:
            return
        pcm = self._decoded(payload)
        if len(pcm):
            self._next = at + len(pcm)
            yield Heard(self._source, at, pcm)

    def _placed(self, header: rtp.RtpHeader) -> int:
        """Samples since this source began; another SSRC, or a clock that jumps, is another source."""
        behind = (header.timestamp - self._first & 0xFFFF_FFFF) - self._next & 0xFFFF_FFFF
        ahead = behind if behind < 0x8000_0000 else behind - 0x1_0000_0000
        if header.ssrc != self._ssrc or abs(ahead) > LONGEST_GAP:
            self._decoder, self._ssrc, self._source = opus.decoder(), header.ssrc, self._source + 1
            self._first, self._next = header.timestamp, 0
            return 0
        return self._next + ahead

    def _decoded(self, payload: bytes) -> Pcm:
        if self._decoder is None:
            return np.empty(0, np.int16)
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except av.FFmpegError:
            return np.empty(0, np.int16)
        pieces: list[NDArray[Any]] = [frame.to_ndarray().ravel() for frame in frames]
        return np.concatenate(pieces).astype(np.int16, copy=False) if pieces else np.empty(0, np.int16)
