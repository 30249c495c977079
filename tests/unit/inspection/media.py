"""Media as real encoders make it, in RTP: what the plaintext test must find, and what a recovery must give back.

libopus, libvpx, libx264 and G.711 through PyAV or aiortc; the packets of video are aiortc's. Nothing here is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from fractions import Fraction
from random import Random

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from tests.unit.markers.sent_media import rtp, video_frame

Pcm = NDArray[np.int16]

OPUS, VP8, H264, PCMU, PCMA, G722, L16 = 111, 96, 102, 0, 8, 9, 11
FRAME_SECONDS = 0.02


# sounds


def speech(seconds: float, rate: int, seed: int = 1) -> Pcm:
    """Like speech: harmonics of a moving pitch, hissing in between, pauses, and the noise of a room."""
    random = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate)) / rate
    phase = np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * at)) / rate
    voice = sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 20))
    loudness = np.clip(np.sin(2 * np.pi * 1.5 * at), 0, None)
    hiss = random.normal(0, 600, len(at)) * np.clip(-np.sin(2 * np.pi * 1.5 * at) - 0.7, 0, None)
    return np.round(3_000 * loudness * voice + hiss + random.normal(0, 15, len(at))).astype(np.int16)


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Pcm:
    return np.round(8_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.int16)


def silence(seconds: float, rate: int) -> Pcm:
    return np.zeros(int(seconds * rate), np.int16)


def noise(seconds: float, rate: int, loudness: float = 300.0) -> Pcm:
    return np.round(np.random.default_rng(2).normal(0, loudness, int(seconds * rate))).astype(np.int16)


SOUNDS: dict[str, Callable[[float, int], Pcm]] = {"speech": speech, "tone": tone, "silence": silence, "noise": noise}


# encoders


def encoded(codec: str, rate: int, pcm: Pcm, **options: str) -> list[bytes]:
    """One payload for each 20 ms; mono as (samples,), stereo as (samples, 2)."""
    layout = "stereo" if pcm.ndim == 2 else "mono"
    encoder = AudioCodecContext.create(codec, "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.options = rate, layout, "s16", options
    step = int(FRAME_SECONDS * rate)
    payloads: list[bytes] = []
    for at in range(0, len(pcm) - step + 1, step):
        frame = av.AudioFrame.from_ndarray(pcm[at : at + step].reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    return payloads


def moving_picture(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    width, height = size
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    grain = np.random.default_rng(number).normal(0, 8, (height, width))
    return np.clip(128 + 90 * np.sin((x + 5 * number) / 19) * np.cos(y / 13) + grain, 0, 255).astype(np.uint8)


def audio_packets(
    payload_type: int, payloads: Sequence[bytes], ticks: int, ssrc: int = 1, sequence: int = 65_500
) -> list[bytes]:
    """One RTP packet for each payload, each `ticks` of the clock after the one before."""
    return [
        rtp(payload_type, ssrc, sequence + n, 0xFFFF_F000 + ticks * n & 0xFFFF_FFFF, payload)
        for n, payload in enumerate(payloads)
    ]


def opus_packets(pcm: Pcm, **options: str) -> list[bytes]:
    return audio_packets(OPUS, encoded("libopus", 48_000, pcm, **options), 960)


def g711_packets(pcm: Pcm, payload_type: int = PCMU, law: int = PCMU) -> list[bytes]:
    return audio_packets(payload_type, encoded("pcm_mulaw" if law == PCMU else "pcm_alaw", 8_000, pcm), 160)


def g722_packets(pcm: Pcm, payload_type: int = G722) -> list[bytes]:
    """160 ticks for 320 samples: the clock is half as fast as the sampling (RFC 3551 section 4.5.2)."""
    return audio_packets(payload_type, encoded("g722", 16_000, pcm), 160)


def l16_packets(pcm: Pcm) -> list[bytes]:
    step = int(FRAME_SECONDS * 44_100)
    pieces = [pcm[at : at + step].astype(">i2").tobytes() for at in range(0, len(pcm) - step + 1, step)]
    return audio_packets(L16, pieces, step)


def video_packets(
    payload_type: int,
    frames: int,
    size: tuple[int, int] = (320, 240),
    every: int = 3_000,
    key_frames: Container[int] = (0,),
    ssrc: int = 2,
) -> list[bytes]:
    encoder = Vp8Encoder() if payload_type == VP8 else H264Encoder()
    packets: list[bytes] = []
    for number in range(frames):
        frame = video_frame(moving_picture(number, size), at=every * number)
        payloads, _ = encoder.encode(frame, force_keyframe=number in key_frames)
        for place, payload in enumerate(payloads):
            last = place == len(payloads) - 1
            packets.append(rtp(payload_type, ssrc, 65_530 + len(packets), every * number, payload, marker=last))
    return packets


def with_tag(packets: Sequence[bytes], size: int, seed: int = 3) -> list[bytes]:
    """As under a NULL cipher: the payload in clear, a tag behind it."""
    random = Random(seed)
    return [packet + random.randbytes(size) for packet in packets]


def as_ciphertext(packets: Sequence[bytes], seed: int) -> list[bytes]:
    """The same headers and lengths, every other byte random, and a tag: SRTP to whoever has no key."""
    random = np.random.default_rng(seed)
    return [packet[:12] + random.bytes(len(packet) - 12 + 10) for packet in packets]
