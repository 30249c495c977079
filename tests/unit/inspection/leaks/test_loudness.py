"""Loudness of decrypted audio: of streams whose lengths vary, as far as their codec is known."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.leaks import Loudness
from harness.inspection.stream_key import StreamKey
from tests.unit.inspection.windows import Sent

from .traffic import ALICE, BOB, FRAME, SSRC, collected, loudness, opus, rtp

KEY = StreamKey(0, True, SSRC)
OPUS = {111: "opus/48000/2"}


def packets(variable: bool = True) -> list[bytes]:
    return [rtp(at, at * FRAME, payload) for at, payload in enumerate(opus(variable))]


def listener(sent: list[bytes], encodings: dict[int, str]) -> Loudness:
    media = collected([Sent(0.02 * at, ALICE, BOB, packet) for at, packet in enumerate(sent)])
    return Loudness(media, encodings)


def test_the_curve_is_that_of_what_was_said() -> None:
    heard = listener(packets(), OPUS)
    for at, packet in reversed(list(enumerate(packets()))):
        assert heard.wants(KEY)
        heard.packet(KEY, 0.02 * at, packet)
    envelope = heard.envelopes()[KEY]
    assert (np.diff(envelope.time) > 0).all()
    length = min(len(envelope.loudness), len(loudness()))
    spoken = loudness()[:length] > -60
    assert np.corrcoef(envelope.loudness[:length][spoken], loudness()[:length][spoken])[0, 1] > 0.6


def test_a_stream_of_constant_lengths_is_not_listened_to() -> None:
    heard = listener(packets(variable=False), OPUS)
    assert not heard.wants(KEY)
    assert not heard.wants(StreamKey(7, True, 7))
    assert heard.envelopes() == {}


@pytest.mark.parametrize("encodings", [{}, {111: "VP8"}, {111: "unheard-of"}])
def test_without_a_codec_of_audio_there_is_no_curve(encodings: dict[int, str]) -> None:
    heard = listener(packets(), encodings)
    heard.packet(KEY, 0.0, packets()[0])
    assert heard.envelopes() == {}


def test_what_does_not_decode_is_left_out() -> None:
    heard = listener(packets(), OPUS)
    for at, packet in enumerate([packets()[0], b"\x80", rtp(1, FRAME, b""), packets()[1]]):
        heard.packet(KEY, float(at), packet)
    assert heard.envelopes()[KEY].time.tolist() == [0.0, 3.0]
