"""A head of ours in front of samples is a file that the standard library and FFmpeg open."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
import pytest

from harness.wire import wav


@pytest.mark.parametrize("channels", [1, 2])
def test_others_read_what_was_meant(channels: int) -> None:
    samples = np.arange(480 * channels, dtype=np.int16)
    file = wav.header(48_000, channels, 480) + samples.tobytes()
    with wave.open(io.BytesIO(file)) as read:
        assert (read.getframerate(), read.getnchannels(), read.getnframes()) == (48_000, channels, 480)
        assert read.readframes(480) == samples.tobytes()
    with av.open(io.BytesIO(file), "r") as container:
        decoded = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert decoded.tolist() == samples.tolist()
