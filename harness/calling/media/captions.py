"""Captions without a recogniser of speech: lines made from the markers and the tones that are heard, and from no more.

A marker is told as its number, a single tone as its pitch. Speech gives no line: nothing here understands it, and
nothing is made up.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

import numpy as np

from ...markers import audio
from .sound import RATE, Heard, Pcm

LISTENS: Final = RATE // 2
"""Samples after which something is said of them: half a second."""

_AUDIBLE: Final = 100.0
"""Of 32,767, as a root mean square: -50 dB. What is softer is silence."""
_PURE: Final = 0.8
"""Share of the power that one pitch and its neighbours must have to be called a tone."""
_NEIGHBOURS: Final = 2


class Line(NamedTuple):
    """What `speaker` was heard to say at `seconds` into the captions."""

    seconds: float
    speaker: str
    text: str

    def __str__(self) -> str:
        return f"{self.seconds:8.2f} {self.speaker}: {self.text}"


class Captioner:
    """Listens to every speaker by itself, and says what changes."""

    def __init__(self) -> None:
        self._pieces: dict[str, deque[Pcm]] = {}
        self._samples: dict[str, int] = {}
        self._said: dict[str, str] = {}

    def take(self, speaker: str, heard: Heard, seconds: float) -> Line | None:
        """One more piece of sound; a line when half a second has come together and holds something new."""
        pieces = self._pieces.setdefault(speaker, deque())
        pieces.append(heard.pcm)
        self._samples[speaker] = self._samples.get(speaker, 0) + len(heard.pcm)
        if self._samples[speaker] < LISTENS:
            return None
        pcm = np.concatenate(list(pieces))
        pieces.clear()
        self._samples[speaker] = 0
        text = caption(pcm)
        if text == self._said.get(speaker, ""):
            return None
        self._said[speaker] = text
        return Line(seconds, speaker, text) if text else None


def caption(pcm: Pcm) -> str:
    """What half a second of sound is said to be; "" for silence and for what is neither a marker nor a tone."""
    samples = pcm.astype(np.float64)
    if not len(samples) or np.sqrt(np.mean(samples**2)) < _AUDIBLE:
        return ""
    marker = audio.decode(pcm)
    if marker is not None:
        return f"[chord {marker:016x}]"
    return _tone(samples)


def _tone(samples: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    loudest = int(power.argmax())
    near = power[max(0, loudest - _NEIGHBOURS) : loudest + _NEIGHBOURS + 1].sum()
    if near < _PURE * power.sum():
        return ""
    return f"[tone {loudest * RATE / len(samples):.0f} Hz]"
