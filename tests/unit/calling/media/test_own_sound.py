"""What the service says itself is a stream that any decoder plays."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from harness.calling.media.own_sound import OwnSound, opus_type, tone
from harness.calling.media.sound import FRAME, RATE, Ear
from harness.wire import rtp


def test_a_tone_arrives_as_a_tone_in_one_stream() -> None:
    own, ear = OwnSound(111), Ear()
    packets = [packet for number in range(50) for packet in own.packets(tone(440, number))]
    headers = [rtp.parse(one) for one in packets]
    assert {(one.payload_type, one.ssrc) for one in headers} == {(111, own.ssrc)}
    steps = {
        (two.sequence - one.sequence, two.timestamp - one.timestamp & 0xFFFFFFFF) for one, two in pairwise(headers)
    }
    assert steps == {(1, FRAME)}
    pcm = np.concatenate([one.pcm for data in packets for one in ear.take(data, {111: "opus/48000/2"})])
    assert len(pcm) > RATE // 2
    loudest = np.abs(np.fft.rfft(pcm)).argmax() * RATE / len(pcm)
    assert loudest == pytest.approx(440, abs=2)


def test_no_two_streams_have_one_source() -> None:
    assert len({OwnSound(111).ssrc for _ in range(5)}) == 5


def test_the_type_of_opus_is_read_from_the_description() -> None:
    assert opus_type({97: "VP8/90000", 96: "OPUS/48000/2"}) == 96
    assert opus_type({97: "VP8/90000"}) is None
