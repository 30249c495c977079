"""What an observer hears in a stream that he cannot decrypt: levels, pauses, and lengths that follow the voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Ints
from .samples import FIRST, Element, Packets

Curve = NDArray[np.float64]

_LEAST: Final = 50
"""Packets of audio below which nothing is said."""
_LAGS: Final = 10
"""Packets by which a level may run ahead of its sound, or behind it."""
_BELOW_PICTURES: Final = 69_000
"""Half-way between the fastest usual clock of audio, 48 kHz, and that of all pictures, 90 kHz (RFC 3551 section 5)."""
_HALF_CIRCLE: Final = 1 << 31
_PAUSE: Final = 2.5
"""Usual intervals between packets that make a gap a pause (discontinuous transmission)."""


@dataclass(frozen=True, eq=False)
class Envelope:
    """Loudness over time, from decrypted audio: seconds since 1970 in rising order, and decibels."""

    time: Curve
    loudness: Curve


@dataclass(frozen=True, slots=True)
class Levels:
    """Audio levels in clear: quartiles in -dBov (RFC 6464 section 3: 0 is loudest); the share flagged as voice."""

    packets: int
    quartiles: tuple[int, int, int]
    voice: float


@dataclass(frozen=True, slots=True)
class SpeechLeak:
    """What one audio stream shows.

    `correlation` is that of packet lengths with the loudness, at the best of a few lags, 0 when either never changes;
    None without a `reference`. `variation`: standard deviation of the lengths over their mean. `pauses`: gaps of more
    than two and a half times the usual interval, in time and in time stamps; `spurts`: marker bits, which RFC 3551
    section 4.1 puts after silence, 0 where most packets are marked.
    """

    packets: int
    levels: Levels | None
    reference: str | None
    correlation: float | None
    lengths: int
    variation: float
    pauses: int
    spurts: int


def is_audio(packets: Packets) -> bool:
    """Whether nearly every packet has a time stamp of its own, and few are marked or the clock is none of pictures.

    Pictures take several packets and mark their last one; where each of them takes one, their clock of 90 kHz gives
    them away. Some stacks mark all of their audio.
    """
    count = len(packets)
    stamps, marked = len(np.unique(packets.timestamp)), int(np.count_nonzero(packets.marker))
    if count < _LEAST or stamps < 0.95 * count:
        return False
    return marked < 0.5 * count or clock(packets) < _BELOW_PICTURES


def clock(packets: Packets) -> float:
    """Ticks per second of the RTP time stamps, by the time of capture; 0 when no time passed."""
    passed = float(packets.time[-1] - packets.time[0])
    return float(_steps(packets.timestamp).sum()) / passed if passed > 0 else 0.0


def _steps(timestamp: Ints) -> Ints:
    """From each time stamp to the next, across the end of 32 bits."""
    steps: Ints = (np.diff(timestamp) + _HALF_CIRCLE) % (2 * _HALF_CIRCLE) - _HALF_CIRCLE
    return steps


def _pauses(time: Curve, timestamp: Ints) -> int:
    """Gaps that the sender made: the stamps leap with the time. Where only time leaps, a machine stood still."""
    gaps, steps = np.diff(time), _steps(timestamp)
    if not len(gaps) or np.median(gaps) <= 0:
        return 0
    return int(np.count_nonzero((gaps > _PAUSE * np.median(gaps)) & (steps > _PAUSE * np.median(steps))))


def levels(element: Element) -> Levels:
    """The levels of an audio-level element."""
    byte = element.value[:, 0]
    low, middle, high = np.percentile(byte & 0x7F, (25, 50, 75)).tolist()
    return Levels(len(byte), (round(low), round(middle), round(high)), float(np.mean(byte >= 0x80)))


def listen(packets: Packets, level: Element | None, envelope: Envelope | None) -> SpeechLeak:
    """What one audio stream shows; decrypted audio, where it is there, is the better reference."""
    count = min(len(packets), FIRST)
    length = packets.length[:count].astype(np.float64)
    reference, correlation = None, None
    if envelope is not None and len(envelope.time) > 1:
        reference = "the decrypted audio"
        correlation = correlate(length, np.interp(packets.time[:count], envelope.time, envelope.loudness))
    elif level is not None:
        reference = "the audio levels in clear"
        mine = level.packet < count
        correlation = correlate(length[level.packet[mine]], 127.0 - (level.value[mine, 0] & 0x7F))
    marked = int(np.count_nonzero(packets.marker[:count]))
    return SpeechLeak(
        packets=count,
        levels=None if level is None else levels(level),
        reference=reference,
        correlation=correlation,
        lengths=len(np.unique(length)),
        variation=float(length.std() / length.mean()) if length.any() else 0.0,
        pauses=_pauses(packets.time[:count], packets.timestamp[:count]),
        spurts=marked if marked < 0.5 * count else 0,
    )


def correlate(one: Curve, other: Curve) -> float:
    """Pearson's correlation at the lag of a few packets where it is strongest; 0 when a curve never changes."""
    best = 0.0
    for lag in range(-_LAGS, _LAGS + 1):
        a, b = (one[lag:], other[: len(other) - lag]) if lag >= 0 else (one[:lag], other[-lag:])
        if len(a) >= _LEAST and a.std() > 0 and b.std() > 0:
            best = max(best, float(np.corrcoef(a, b)[0, 1]), key=abs)
    return best
