"""What worse calls than ours do to a marker: low bit rates, loss with concealment, rescaling before the encoder."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from aiortc.codecs.vpx import Vp8Encoder

from harness.markers import audio, video, vp8
from harness.wire.rtp_payload.vp8 import depayload

from .sent_media import heard, numbered, opus_payloads, opus_payloads_at, video_frame

SECOND = audio.RATE


def markers(seed: int, count: int) -> list[int]:
    random = Random(seed)
    return [random.getrandbits(64) for _ in range(count)]


@pytest.mark.parametrize("bit_rate", [16_000, 24_000, 32_000, 64_000, 128_000])
def test_the_chord_survives_mono_opus_at_low_bit_rates(bit_rate: int) -> None:
    for marker in markers(bit_rate, 10):
        payloads = opus_payloads_at(bit_rate, audio.chord(marker, int(0.3 * SECOND)))

        assert audio.decode(heard(numbered(payloads))) == marker


@pytest.mark.parametrize("loss", [0.05, 0.1])
@pytest.mark.parametrize("bit_rate", [16_000, 32_000, 96_000])
def test_the_chord_survives_loss_with_and_without_concealment(bit_rate: int, loss: float) -> None:
    random = Random(bit_rate)
    for marker in markers(bit_rate + 1, 5):
        packets = numbered(opus_payloads_at(bit_rate, audio.chord(marker, int(1.5 * SECOND))))
        lost = random.sample(packets, round(loss * len(packets)))
        kept = [packet for packet in packets if packet not in lost]
        as_if_nothing_were_missing = numbered([payload for _, payload in kept])

        assert audio.decode(heard(kept)) == marker
        assert audio.decode(heard(as_if_nothing_were_missing)) == marker


def test_the_chord_survives_opus_when_it_is_quiet_or_clipped() -> None:
    for gain, marker in zip((0.02, 0.1, 2.0, 4.0), markers(3, 4), strict=True):
        sound = np.clip(audio.chord(marker, SECOND // 2) * gain, -32_768, 32_767).astype(np.int16)

        assert audio.decode(heard(numbered(opus_payloads(sound)))) == marker


def test_two_equally_loud_chords_through_opus_make_no_third_marker() -> None:
    for one, two in zip(markers(4, 20), markers(5, 20), strict=True):
        mixed = (audio.chord(one, SECOND // 2) // 2 + audio.chord(two, SECOND // 2) // 2).astype(np.int16)

        assert audio.decode(heard(numbered(opus_payloads(mixed)))) is None


@pytest.mark.parametrize("bit_rate", [250_000, 500_000, 1_500_000])
@pytest.mark.parametrize("size", [(80, 60), (120, 90), (160, 120), (240, 180), (320, 240)])
def test_the_picture_survives_vp8_at_every_bit_rate_of_aiortc_and_rescaling(
    bit_rate: int, size: tuple[int, int]
) -> None:
    encoder = Vp8Encoder()
    encoder.target_bitrate = bit_rate
    for marker in markers(bit_rate, 5):
        frame = video_frame(video.picture(marker)).reformat(width=size[0], height=size[1])
        payloads, _ = encoder.encode(frame, force_keyframe=True)
        encoded = b"".join(depayload(payload)[1] for payload in payloads)

        assert [video.decode(luma) for luma in vp8.pictures([encoded])] == [marker]
