"""Waveforms: the clock tells which bytes may be samples, and only a signal is unlike noise."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.plaintext import waveform
from harness.inspection.plaintext.sample import Excerpt
from tests.unit.inspection import media

from .excerpts import samples

CRITERIA = {
    "g711": (waveform.g711_evidence, media.g711_packets, 8_000),
    "g722": (waveform.g722_evidence, media.g722_packets, 16_000),
    "l16": (waveform.l16_evidence, media.l16_packets, 44_100),
}


@pytest.mark.parametrize("name", CRITERIA)
@pytest.mark.parametrize("loudness", [3.0, 300.0, 10_000.0])
def test_noise_is_a_signal_too_when_its_loudness_is_steady(name: str, loudness: float) -> None:
    criterion, encode, rate = CRITERIA[name]
    found = criterion(Excerpt(samples(encode(media.noise(1.0, rate, loudness)))))

    assert found is not None
    assert found.chance < 1e-12


@pytest.mark.parametrize("name", CRITERIA)
def test_bytes_that_do_not_keep_step_with_the_clock_are_no_samples(name: str) -> None:
    criterion, encode, rate = CRITERIA[name]
    payloads = [one.payload for one in samples(encode(media.speech(1.0, rate)))]

    assert criterion(Excerpt(samples(media.audio_packets(0, payloads, 1_000)))) is None


def test_the_share_of_equal_neighbours_has_the_probability_that_is_said() -> None:
    # Sixteen upper halves in a circle, each next to each exactly once: a de Bruijn sequence of order 2.
    halves = [0]
    unused = {(a, b) for a in range(16) for b in range(16)}
    while unused:
        following = max(b for a, b in unused if a == halves[-1])
        unused.remove((halves[-1], following))
        halves.append(following)
    payload = bytes(half << 4 for half in halves)

    found = waveform.g711_evidence(Excerpt(samples(media.audio_packets(0, [payload, payload[::-1]], len(payload)))))

    # As many as chance makes are no evidence: 16 of 256 pairs in each packet.
    assert found is None


@pytest.mark.parametrize("channels", [1, 2])
def test_l16_is_found_in_mono_and_in_stereo(channels: int) -> None:
    pcm = np.repeat(media.speech(1.0, 44_100), channels).astype(">i2").tobytes()
    size = 2 * channels * 882
    payloads = [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]

    found = waveform.l16_evidence(Excerpt(samples(media.audio_packets(10, payloads, 882))))

    assert found is not None
    assert found.codec == "L16"
