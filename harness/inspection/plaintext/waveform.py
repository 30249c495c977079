"""Sound without any structure around it: G.711, G.722, L16. Any bytes decode; only a signal is not like noise.

A sound is not independent from sample to sample, and not spread over all amplitudes. Ciphertext is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...wire.rtp_payload import g711
from ...wire.rtp_payload.codec import G722, PCMA, PCMU, STATIC_PAYLOAD_TYPES
from .chance import LEVEL, at_least, at_most, told
from .evidence import Evidence
from .sample import TAILS, Excerpt

_IN_TIME: Final = 0.5
_CORRELATED: Final = 0.3
_QUIET: Final = 16
"""In 16 bits: the two smallest steps of both laws."""
_L16: Final = "L16"

Bytes = NDArray[np.uint8]


def g711_evidence(excerpt: Excerpt) -> Evidence | None:
    """That the payloads are G.711, one byte for each tick of the clock.

    Chance: the upper half of a byte, sign and segment, equals that of the byte before it with probability 1/16, and
    for uniform bytes all these comparisons are independent of each other.
    """
    payloads = _one_for_each_tick(excerpt, 1)
    equal, pairs = _equal_upper_halves(payloads)
    chance = at_least(equal, pairs, 1 / 16)
    codec = _g711_law(excerpt.samples[0].payload_type, payloads) if chance <= LEVEL else None
    if codec is None:
        return None
    said = f"{_percent(equal, pairs)} of {pairs:,} samples have the sign and segment of the one before, not 6 %"
    return Evidence(codec, chance, f"read as {codec}, {said} ({told(chance)})")


def g722_evidence(excerpt: Excerpt) -> Evidence | None:
    """That the payloads are G.722, one byte for each tick of a clock that is half as fast as its sampling.

    Chance: the lower of the upper sub-band's two bits (ITU-T G.722 section 3.3) says a small prediction error or a
    large one. Its quantizer adapts until about four of five are small; in ciphertext it is a fair coin.
    """
    payloads = _one_for_each_tick(excerpt, 1)
    if not payloads:
        return None
    data = np.concatenate(payloads)
    small = int((data >> 6 & 1).sum())
    chance = min(1.0, 2 * min(at_least(small, len(data), 0.5), at_most(small, len(data), 0.5)))
    said = f"{_percent(small, len(data))} of {len(data):,} prediction errors of the upper band are small, not 50 %"
    return Evidence(G722.name, chance, f"read as G.722, {said} ({told(chance)})")


def l16_evidence(excerpt: Excerpt) -> Evidence | None:
    """That the payloads are linear PCM in 16 bits, mono or stereo; the chance is made as for G.711."""
    for channels in (1, 2):
        payloads = _one_for_each_tick(excerpt, 2 * channels)
        if not payloads:
            continue
        step = 2 * channels
        equal, pairs = _equal_upper_halves([one[at::step] for one in payloads for at in range(0, step, 2)])
        chance = at_least(equal, pairs, 1 / 16)
        said = f"{_percent(equal, pairs)} of {pairs:,} samples have the upper four bits of the one before, not 6 %"
        return Evidence(_L16, chance, f"read as L16, {said} ({told(chance)})")
    return None


def _one_for_each_tick(excerpt: Excerpt, size: int) -> list[Bytes]:
    """The payloads, when the clock mostly goes on by as many ticks as they have samples of `size` bytes; else none.

    What lies behind that many bytes, a tag, is taken away.
    """
    pairs = excerpt.neighbours
    surplus = Counter(len(pair.earlier.payload) - size * pair.ticks / pair.gap for pair in pairs)
    tail = max(TAILS, key=lambda one: surplus[one])
    if not surplus[tail] or surplus[tail] < _IN_TIME * len(pairs):
        return []
    return [np.frombuffer(one.without(tail), np.uint8) for one in excerpt.samples]


def _equal_upper_halves(tracks: Sequence[Bytes]) -> tuple[int, int]:
    equal = sum(int((track[1:] >> 4 == track[:-1] >> 4).sum()) for track in tracks)
    return equal, sum(max(len(track) - 1, 0) for track in tracks)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.0f} %"


def _g711_law(payload_type: int, payloads: Sequence[Bytes]) -> str | None:
    """Which law: the static payload type's, or the one under which the bytes are a correlated or a quiet signal."""
    static = STATIC_PAYLOAD_TYPES.get(payload_type)
    if static is not None:
        return static.name if static in (PCMU, PCMA) else None
    data = np.concatenate(payloads)
    signals = {codec.name: law[data].astype(np.float64) for codec, law in ((PCMU, g711.MU_LAW), (PCMA, g711.A_LAW))}
    loudness = {name: float(np.median(np.abs(signal))) for name, signal in signals.items()}
    quietest = min(loudness, key=loudness.__getitem__)
    if loudness[quietest] <= _QUIET:
        return quietest
    likeness = {name: _correlation(signal) for name, signal in signals.items()}
    likest = max(likeness, key=likeness.__getitem__)
    return likest if likeness[likest] >= _CORRELATED else None


def _correlation(signal: NDArray[np.float64]) -> float:
    """Of neighbouring samples; 0 for a signal that stands still."""
    swing = signal - signal.mean()
    energy = float(swing @ swing)
    return float(swing[1:] @ swing[:-1]) / energy if energy else 0.0
