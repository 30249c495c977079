"""What a real endpoint sends: aiortc's own encoders and RTP packets, so that nothing of ours vouches for itself."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtp import RtpPacket
from av import AudioFrame, CodecContext, VideoFrame
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from harness.markers import audio, opus, video
from harness.wire.rtp import RtpHeader

OPUS_PAYLOAD_TYPE = 96
VP8_PAYLOAD_TYPE = 97


def audio_frame(pcm: NDArray[np.int16], layout: str = "mono", at: int = 0) -> AudioFrame:
    """One frame at 48 kHz; two channels are given as (samples, 2)."""
    frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout=layout)
    frame.sample_rate = audio.RATE
    frame.pts = at
    frame.time_base = Fraction(1, audio.RATE)
    return frame


def video_frame(luma: NDArray[np.uint8], at: int = 0) -> VideoFrame:
    """One grey frame at the 90 kHz clock; width and height must be even."""
    height, width = luma.shape
    grey = np.full((height // 2, width), 128, np.uint8)
    frame = VideoFrame.from_ndarray(np.vstack((luma, grey)), format="yuv420p")
    frame.pts = at
    frame.time_base = Fraction(1, 90_000)
    return frame


def opus_payloads(pcm: NDArray[np.int16]) -> list[bytes]:
    """One payload for each 20 ms, as aiortc encodes them."""
    payloads, _ = OpusEncoder().encode(audio_frame(pcm, "stereo" if pcm.ndim == 2 else "mono"))
    return payloads


def opus_payloads_at(bit_rate: int, pcm: NDArray[np.int16]) -> list[bytes]:
    """Mono at another bit rate, in frames of 20 ms."""
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.bit_rate = bit_rate
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", audio.RATE
    encoder.options = {"application": "voip"}
    frames = (audio_frame(pcm[at : at + 960], at=at) for at in range(0, len(pcm) - 959, 960))
    return [bytes(packet) for frame in frames for packet in encoder.encode(frame)]


def numbered(payloads: Iterable[bytes], first_sequence: int = 0) -> list[tuple[RtpHeader, bytes]]:
    """Each payload under a header of its own, as it comes out of an RTP parser."""
    return [
        (RtpHeader(False, False, OPUS_PAYLOAD_TYPE, (first_sequence + n) & 0xFFFF, 960 * n, ssrc=1), payload)
        for n, payload in enumerate(payloads)
    ]


def heard(packets: list[tuple[RtpHeader, bytes]]) -> NDArray[Any]:
    """The sound of Opus packets, decoded."""
    return np.concatenate(list(opus.decoded(packets)))


def audio_packets(marker: int, ssrc: int, seconds: float = 1.5, first_sequence: int = 1000) -> list[bytes]:
    """A marker's audio as RTP."""
    payloads = opus_payloads(audio.chord(marker, int(seconds * audio.RATE)))
    return [
        rtp(OPUS_PAYLOAD_TYPE, ssrc, first_sequence + n, 960 * n, payload, marker=n == 0)
        for n, payload in enumerate(payloads)
    ]


def video_packets(
    marker: int,
    ssrc: int,
    count: int = 15,
    first_sequence: int = 1000,
    size: tuple[int, int] = (160, 120),
    of: str = video.CAMERA,
) -> list[bytes]:
    """A marker's video as RTP, ten frames a second, of a camera or a screen."""
    encoder = Vp8Encoder()
    packets: list[bytes] = []
    luma = video.picture(marker, *size, of=of)
    for n in range(count):
        payloads, timestamp = encoder.encode(video_frame(luma, at=9_000 * n))
        for payload in payloads:
            last = payload is payloads[-1]
            packets.append(rtp(VP8_PAYLOAD_TYPE, ssrc, first_sequence + len(packets), timestamp, payload, marker=last))
    return packets


def rtp(payload_type: int, ssrc: int, sequence: int, timestamp: int, payload: bytes, **more: Any) -> bytes:
    packet = RtpPacket(payload_type=payload_type, sequence_number=sequence & 0xFFFF, timestamp=timestamp, **more)
    packet.ssrc = ssrc
    packet.payload = payload
    return packet.serialize()


def as_ciphertext(packets: Iterable[bytes], random: Random) -> list[bytes]:
    """The same packets with their headers in clear and random bytes for payloads, as SRTP looks to a stranger."""
    return [packet[:12] + random.randbytes(len(packet) - 12 + 10) for packet in packets]
