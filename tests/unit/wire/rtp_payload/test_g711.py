"""G.711: every byte of both laws as FFmpeg decodes it, and the known ends of the scale."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext

from harness.wire.rtp_payload import g711


@pytest.mark.parametrize(("codec", "law"), [("pcm_mulaw", g711.MU_LAW), ("pcm_alaw", g711.A_LAW)])
def test_every_byte_is_the_sample_that_ffmpeg_says(codec: str, law: g711.Samples) -> None:
    decoder = AudioCodecContext.create(codec, "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.layout = 8_000, "mono"
    (frame,) = decoder.decode(av.Packet(bytes(range(256))))

    assert np.array_equal(law, frame.to_ndarray().ravel())
    assert law.dtype == np.int16


def test_silence_and_the_loudest_samples() -> None:
    # ITU-T G.711 table 2: mu-law 0xFF is zero, 0x80 the largest, 8031 of 14 bits. Table 1: A-law 0xD5 is the smallest
    # positive, 1 of 13 bits; 0xAA the largest, 4032.
    assert g711.decoded(b"\xff\x80\x00", g711.MU_LAW).tolist() == [0, 4 * 8031, -4 * 8031]
    assert g711.decoded(b"\xd5\xaa\x2a", g711.A_LAW).tolist() == [8 * 1, 8 * 4032, -8 * 4032]


def test_an_empty_payload_has_no_samples() -> None:
    assert len(g711.decoded(b"", g711.MU_LAW)) == 0
