"""How loud decrypted audio is, packet by packet: what the lengths of its packets are held against.

Only streams whose lengths vary are listened to: where all are alike they give nothing away, whatever was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...wire import rtp
from ...wire.rtp_payload.codec import STATIC_PAYLOAD_TYPES, Kind, codec_named
from ..recover.sound import decoder
from ..stream_key import StreamKey
from .follower import OpenMedia
from .samples import FIRST, Packets
from .speech import Envelope, is_audio

VARIES: Final = 0.1
"""Standard deviation of the lengths over their mean, from which a stream is listened to."""

MOST: Final = FIRST
"""Packets of a stream that are decoded: as many as their lengths are compared of."""

_SILENCE: Final = 1.0
"""Added to the power, so that digital silence has a loudness: 0 dB, as a sample of 1 has."""


class Loudness:
    """Takes in decrypted packets; `envelopes` are the curves. `encodings` are those of an SDP, by payload type."""

    def __init__(self, media: OpenMedia, encodings: Mapping[int, str]) -> None:
        named = {number: codec for number, encoding in encodings.items() if (codec := codec_named(encoding))}
        self._codecs = {**STATIC_PAYLOAD_TYPES, **named}
        self._heard: dict[StreamKey, list[tuple[float, bytes]]] = {
            stream.key: [] for stream in media.streams if is_audio(stream.packets) and _varies(stream.packets)
        }

    def wants(self, key: StreamKey) -> bool:
        """Whether more packets of this stream are to be given."""
        return key in self._heard and len(self._heard[key]) < MOST

    def packet(self, key: StreamKey, time: float, packet: bytes) -> None:
        """One decrypted RTP packet, captured at `time`."""
        self._heard[key].append((time, packet))

    def envelopes(self) -> dict[StreamKey, Envelope]:
        """The loudness of each stream that could be decoded, in decibels over a sample of 1."""
        made = {key: self._envelope(sorted(heard)) for key, heard in self._heard.items()}
        return {key: envelope for key, envelope in made.items() if envelope is not None}

    def _envelope(self, heard: list[tuple[float, bytes]]) -> Envelope | None:
        times, levels = [], []
        decode = None
        for time, packet in heard:
            try:
                header = rtp.parse(packet)
                payload = rtp.payload(packet, header)
                if decode is None:
                    codec = self._codecs.get(header.payload_type)
                    if codec is None or codec.kind is not Kind.AUDIO:
                        return None
                    decode, _ = decoder(codec, payload)
                power = np.mean(decode(payload).astype(np.float64) ** 2)
            except ValueError:  # a payload that is none
                continue
            times.append(time)
            levels.append(10 * np.log10(power + _SILENCE))
        return Envelope(np.array(times), np.array(levels)) if times else None


def _varies(packets: Packets) -> bool:
    length = packets.length[:FIRST].astype(np.float64)
    return bool(length.any()) and float(length.std() / length.mean()) >= VARIES
