"""Sound: payloads decoded to PCM, and a WAV file in which every packet stands at its own time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, BinaryIO, Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from ...markers import opus as opus_decoder
from ...wire import wav
from ...wire.rtp import RtpHeader
from ...wire.rtp_payload import g711, opus
from ...wire.rtp_payload.codec import OPUS, PCMA, PCMU, Codec
from .output import BEYOND_LIMIT, Output

LONGEST_SILENCE: Final = 60
"""Seconds that one gap may be filled with; timestamps of a hostile sender may jump by half a day."""

Pcm = NDArray[np.int16]
"""Samples, shape (samples, channels)."""


def decoder(codec: Codec, first: bytes) -> tuple[Callable[[bytes], Pcm], int]:
    """What turns payloads of a stream into PCM, and how many channels; Opus says by its first packet.

    The function raises ValueError for a payload that does not decode.
    """
    if codec in (PCMU, PCMA):
        law = g711.MU_LAW if codec is PCMU else g711.A_LAW
        return lambda payload: g711.decoded(payload, law).reshape(-1, 1), 1
    if codec is OPUS:
        channels = 1 + opus.parse(first).stereo
        return _through(opus_decoder.decoder("stereo" if channels == 2 else "mono"), channels), channels
    context = AudioCodecContext.create("g722", "r")
    context.layout, context.sample_rate = "mono", codec.rate
    return _through(context, 1), 1


def _through(context: AudioCodecContext, channels: int) -> Callable[[bytes], Pcm]:
    def decoded(payload: bytes) -> Pcm:
        if not payload:
            # To the decoder it would be the end of the stream.
            raise ValueError("a payload is empty")
        try:
            frames = context.decode(av.Packet(payload))
        except av.FFmpegError as error:
            raise ValueError(f"a payload does not decode: {error.strerror}") from error
        parts: list[NDArray[Any]] = [frame.to_ndarray().reshape(-1, channels) for frame in frames]
        return np.concatenate(parts) if parts else np.empty((0, channels), np.int16)

    return decoded


class SoundFile:
    """One stream's WAV file. What is missing is silence, so that time stays true.

    The header is written here: the destructor of `wave` would write again on a disk that is full.
    """

    def __init__(self, codec: Codec, output: Output, name: str) -> None:
        self.file: str | None = None
        self.problems: Counter[str] = Counter()
        self.frames = 0
        self._codec, self._output, self._name = codec, output, name
        self._raw: BinaryIO | None = None
        self._decode: Callable[[bytes], Pcm] | None = None
        self._channels = 1
        self._origin = 0
        self._written = 0

    @property
    def seconds(self) -> float:
        """Of sound in the file."""
        return self._written / self._codec.rate

    def add(self, timestamp: int, header: RtpHeader, payload: bytes) -> None:
        """One packet in its turn. `timestamp` is the header's, counted on beyond 32 bits."""
        if self._output.full:
            self.problems[BEYOND_LIMIT] += 1
            return
        try:
            if self._decode is None:
                self._decode, self._channels = decoder(self._codec, payload)
            pcm = self._decode(payload)
        except ValueError:
            self.problems["packets that do not decode"] += 1
            return
        if self._raw is None:
            self._open(timestamp)
        self._keep_time(timestamp)
        if not self._write(pcm):
            self.problems[BEYOND_LIMIT] += 1

    def close(self) -> None:
        """Write down how long the file has become, and let go of it."""
        if self._raw is not None:
            self._raw.seek(0)
            self._raw.write(self._header())
            self._raw.close()

    def _open(self, timestamp: int) -> None:
        self.file, self._raw = self._output.create(self._name, ".wav")
        self._origin = timestamp
        self._raw.write(self._header())

    def _header(self) -> bytes:
        """For as much as has been written."""
        return wav.header(self._codec.rate, self._channels, self._written)

    def _keep_time(self, timestamp: int) -> None:
        missing = (timestamp - self._origin) * self._codec.rate // self._codec.clock - self._written
        silence = min(max(missing, 0), LONGEST_SILENCE * self._codec.rate)
        self._write(np.zeros((silence, self._channels), np.int16))
        if missing != silence:
            self.problems["jumps of the timestamp, at which time is not true"] += 1
            self._origin = timestamp - self._written * self._codec.clock // self._codec.rate

    def _write(self, pcm: Pcm) -> bool:
        if self._raw is None or not self._output.take(pcm.nbytes):
            return False
        self._raw.write(pcm.tobytes())
        self._written += len(pcm)
        return True
