"""A marker as sound: a stationary chord of 24 tones, one for each nibble of the word.

The band from 300 Hz to 4130 Hz holds 384 places, 10 Hz apart, in 24 groups of 16. Group k sounds exactly one of its
places: the one that nibble k numbers. Every frequency is a multiple of 10 Hz, so the chord repeats exactly every
100 ms: 4,800 samples at 48 kHz, five frames of 20 ms that a track can send in a circle. Nothing in it depends on time,
so any piece of it, in any order, holds the whole marker; that is what lets it live through lost packets, concealment
and an unknown beginning. The band is that of speech: Opus spends its bits there, so 16 kbit/s are enough, where twice
the band (20 Hz apart) is lost below 40 kbit/s until the encoder leaves its speech mode, 0.4 s into the call.

Decoding looks only at power, never at phase. A Hann window of two periods is folded onto one period, which leaves
exactly the 10 Hz grid and puts the zeros of the window onto the neighbouring places.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .word import WORD_BYTES, pack, unpack

RATE: Final = 48_000
SPACING_HZ: Final = 10
LOWEST_HZ: Final = 300
GROUPS: Final = 2 * WORD_BYTES
PLACES: Final = 16
MIN_SECONDS: Final = 0.3

_LOWEST: Final = LOWEST_HZ // SPACING_HZ
_HIGHEST: Final = _LOWEST + GROUPS * PLACES
_MIN_RATE: Final = 16_000
_AMPLITUDE: Final = 1_200
"""Of each tone. 24 of them cannot reach beyond 28,800 even when all crests meet, so the chord itself never clips."""
_CLEARLY_LOUDER: Final = 2.0
"""In power, 3 dB: below this two places of a group are equally loud and the group says nothing."""
_PART: Final = int(MIN_SECONDS * SPACING_HZ) - 1
"""Spectra in the shortest piece that is decoded alone: windows of two periods, one period apart."""

Spectra = NDArray[np.floating[Any]]
"""Share of each place in the power of its window, shape (windows, GROUPS * PLACES)."""


def chord(marker: int, samples: int, start: int = 0, rate: int = RATE) -> NDArray[np.int16]:
    """`samples` samples of the marker's chord, mono, shape (samples,), beginning `start` samples into it.

    Pieces that follow each other join without a seam. ValueError for a marker beyond 64 bits, a negative number of
    samples, or a rate that is no multiple of 10 Hz from 16 kHz on.
    """
    if samples < 0:
        raise ValueError(f"a chord of {samples} samples cannot be made")
    period = _one_period(marker, rate)
    return np.resize(np.roll(period, -start), samples)


def decode(pcm: NDArray[Any], rate: int = RATE) -> int | None:
    """The marker that sounds in `pcm` (mono, shape (samples,), integer or float of any scale), or None.

    None as well for less than 0.3 s, silence, noise, foreign sound, and two chords within 3 dB of each other.
    First the average over everything is tried, then pieces of 0.3 s, so a marker is found beside foreign sound, and
    when several follow each other the first clear one is returned.
    ValueError for a rate that `chord` would refuse or an array with more than one axis.
    """
    if pcm.ndim != 1:
        raise ValueError(f"sound to decode must be mono, one axis, not {pcm.ndim}")
    period = _period(rate)
    if len(pcm) < MIN_SECONDS * rate:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        spectra = _spectra(pcm, period)
        return next((marker for part in _parts(spectra) if (marker := _marker(part)) is not None), None)


def decode_all(pcm: NDArray[Any], rate: int = RATE) -> tuple[int, ...]:
    """Every marker that is clearly the loudest in at least one piece of 0.3 s, in the order in which they are heard.

    Shapes and errors as for `decode`. Two that are never more than 3 dB apart in any piece are not found.
    """
    first = decode(pcm, rate)
    if first is None:
        return ()
    with np.errstate(over="ignore", invalid="ignore"):
        spectra = _spectra(pcm, _period(rate))
        pieces = [_marker(part) for part in _parts(spectra)][1:]
    return tuple(dict.fromkeys(one for one in (*pieces, first) if one is not None))


def _period(rate: int) -> int:
    if rate < _MIN_RATE or rate % SPACING_HZ:
        raise ValueError(f"the chord needs a rate of {_MIN_RATE} Hz or more in steps of {SPACING_HZ} Hz, not {rate}")
    return rate // SPACING_HZ


@lru_cache(maxsize=64)
def _one_period(marker: int, rate: int) -> NDArray[np.int16]:
    period = _period(rate)
    word = np.frombuffer(pack(marker), np.uint8)
    nibbles = np.stack((word >> 4, word & 0x0F), axis=1).ravel()
    group = np.arange(GROUPS)
    spectrum = np.zeros(period // 2 + 1, np.complex128)
    # Phases that grow with the square of the tone's number keep the crests apart (Schroeder, 1970).
    spectrum[_LOWEST + group * PLACES + nibbles] = np.exp(1j * np.pi * group**2 / GROUPS)
    wave = np.fft.irfft(spectrum, period) * (_AMPLITUDE * period / 2)
    return np.round(wave).astype(np.int16)


@lru_cache(maxsize=4)
def _window(period: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The rising and the falling half of a periodic Hann window over two periods."""
    rising = (0.5 - 0.5 * np.cos(np.pi * np.arange(period) / period)).astype(np.float32)
    return rising, 1 - rising


def _spectra(pcm: NDArray[Any], period: int) -> Spectra:
    whole = len(pcm) // period * period
    blocks = pcm[:whole].reshape(-1, period).astype(np.float32)
    rising, falling = _window(period)
    folded = blocks[:-1] * rising + blocks[1:] * falling
    tones = np.fft.rfft(folded, axis=1)[:, _LOWEST:_HIGHEST]
    power: Spectra = tones.real**2 + tones.imag**2
    total: Spectra = power.sum(axis=1)
    heard = total > 0
    # Each window counts by its shape alone: a loud click weighs no more than the chord before and after it.
    shares: Spectra = power[heard] / total[heard, None]
    return shares


def _parts(spectra: Spectra) -> Iterator[Spectra]:
    yield spectra
    for first in range(0, len(spectra) - _PART + 1, _PART):
        yield spectra[first : first + _PART]


def _marker(spectra: Spectra) -> int | None:
    if not len(spectra):
        return None
    levels = spectra.mean(axis=0).reshape(GROUPS, PLACES)
    second, first = np.partition(levels, PLACES - 2, axis=1)[:, -2:].T
    if not (first >= _CLEARLY_LOUDER * second).all():
        return None
    nibbles = levels.argmax(axis=1).astype(np.uint8)
    return unpack((nibbles[0::2] << 4 | nibbles[1::2]).tobytes())
