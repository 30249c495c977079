"""How often a marker gets lost: fewer than 1 in 1,000, with 95 % confidence, through the codecs of a real call.

With n trials and no failure, the failure rate p has the exact one-sided bound 1 - 0.05 ** (1 / n), about 3 / n: below
0.001 from 2,995 trials on. HARNESS_MARKER_TRIALS asks for more of them.

A trial is harder than a call with 1.5 s of media, so the bound holds for the call:
- audio: 0.3 s of sound instead of 1.5 s, from the first sample of a new encoder, and two markers share one stereo
  stream, one a channel, so that each has half of the bits that aiortc gives to a mono source;
- video: one key frame instead of 15 frames.
Encoders, decoder of the audio and their settings are aiortc's own.
"""

from __future__ import annotations

import math
import os
from random import Random

import numpy as np
from aiortc.codecs.opus import OpusDecoder, OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.jitterbuffer import JitterFrame
from av import AudioFrame

from harness.markers import audio, video, vp8
from harness.wire.rtp_payload.vp8 import depayload

from .sent_media import audio_frame, video_frame

TRIALS = int(os.environ.get("HARNESS_MARKER_TRIALS", "3000"))
TOLERATED = 0.001
SAMPLES = int(0.3 * audio.RATE)


def upper_bound(trials: int) -> float:
    """Of the failure rate, one-sided, 95 %, when none of the trials failed (Clopper and Pearson, 1934)."""
    return -math.expm1(math.log(0.05) / trials)


def through_opus(left: int, right: int) -> tuple[int | None, int | None]:
    chords = np.stack((audio.chord(left, SAMPLES), audio.chord(right, SAMPLES)), axis=1)
    # The codec without the resampler in front of it, which has nothing to resample here and costs more than Opus.
    encoder, decoder = OpusEncoder().codec, OpusDecoder()
    packets = (
        JitterFrame(bytes(packet), at)
        for at in range(0, SAMPLES, 960)
        for packet in encoder.encode(audio_frame(chords[at : at + 960], "stereo", at))
    )
    frames = (frame for packet in packets for frame in decoder.decode(packet) if isinstance(frame, AudioFrame))
    heard = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames])
    return audio.decode(heard[:, 0]), audio.decode(heard[:, 1])


def through_vp8(encoder: Vp8Encoder, marker: int) -> int | None:
    payloads, _ = encoder.encode(video_frame(video.picture(marker)), force_keyframe=True)
    (luma,) = vp8.pictures([b"".join(depayload(payload)[1] for payload in payloads)])
    return video.decode(luma)


def test_enough_trials_are_made_to_say_what_is_said() -> None:
    assert upper_bound(TRIALS) <= TOLERATED


def test_no_audio_marker_is_lost_or_mistaken() -> None:
    random = Random(20)
    for _ in range((TRIALS + 1) // 2):
        sent = random.getrandbits(64), random.getrandbits(64)

        assert through_opus(*sent) == sent


def test_no_video_marker_is_lost_or_mistaken() -> None:
    random = Random(30)
    encoder = Vp8Encoder()
    for _ in range(TRIALS):
        sent = random.getrandbits(64)

        assert through_vp8(encoder, sent) == sent
