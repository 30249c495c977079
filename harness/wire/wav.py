"""The head of a WAV file of 16-bit PCM: RIFF with one chunk of format and one of samples."""

from __future__ import annotations

from struct import pack
from typing import Final

SAMPLE_BYTES: Final = 2
_PCM: Final = 1


def header(rate: int, channels: int, samples: int) -> bytes:
    """44 bytes that go in front of so many samples of each channel, at `rate` samples per second."""
    block = SAMPLE_BYTES * channels
    form = pack("<4sIHHIIHH", b"fmt ", 16, _PCM, channels, rate, rate * block, block, 8 * SAMPLE_BYTES)
    body = b"WAVE" + form + pack("<4sI", b"data", block * samples)
    return pack("<4sI", b"RIFF", len(body) + block * samples) + body
