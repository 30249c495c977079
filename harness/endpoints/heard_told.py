"""What a program tells of the media that it received, and the markers in it.

A program that has no ear of its own tells what it would play: RTP packets after SRTP, or sound and pictures. The marker
of its peer came to it by the call and in no other way, so what is found in them was received.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..markers import audio, video
from ..markers.recover import recover
from ..model.base import Asset
from ..model.endpoint_events import MediaEvent, PictureEvent, RtpEvent, SoundEvent

STEP: Final = 24
"""RTP packets after which the markers are looked for again: about half a second of sound."""

KEPT: Final = 512
"""RTP packets that are kept, the latest ones: a few seconds of sound and pictures."""

SECONDS: Final = 1.0
"""Of sound that is kept, the latest; it is listened to in steps of audio.MIN_SECONDS."""


class HeardTold:
    """Finds the markers in what a program tells, until it has found those of the `expected` assets.

    `heard`: those found since the call, or its last restart, came up.
    """

    def __init__(self, expected: Collection[Asset]) -> None:
        self._expected = frozenset(expected)
        self.heard: dict[Asset, int] = {}
        self._news = asyncio.Event()
        self._packets: deque[bytes] = deque(maxlen=KEPT)
        self._sound: NDArray[np.int16] = np.zeros(0, np.int16)
        self._rate = audio.RATE
        self._waiting = 0

    def begin_again(self) -> None:
        """The call has restarted: what was heard before counts no more."""
        self.heard = {}
        self._packets.clear()
        self._sound = self._sound[:0]
        self._waiting = 0

    def heed(self, event: MediaEvent) -> None:
        match event:
            case RtpEvent():
                self._packet(event.data)
            case SoundEvent():
                self._samples(event.rate, np.frombuffer(event.data[: len(event.data) // 2 * 2], "<i2"))
            case PictureEvent():
                if not self.heard.keys() >= self._expected:
                    self._picture(np.frombuffer(event.data, np.uint8).reshape(event.height, event.width))

    async def found(self, assets: Collection[Asset]) -> None:
        """Wait until a marker was found in each of these."""
        while not self.heard.keys() >= set(assets):
            self._news.clear()
            await self._news.wait()

    def _packet(self, data: bytes) -> None:
        self._packets.append(data)
        self._waiting += 1
        if self._waiting < STEP or self.heard.keys() >= self._expected:
            return
        self._waiting = 0
        for asset, _, marker in recover(self._packets):
            self._found(Asset(asset), marker)

    def _picture(self, luma: NDArray[np.uint8]) -> None:
        for asset, marker in video.recognise(luma):
            self._found(Asset(asset), marker)

    def _samples(self, rate: int, samples: NDArray[np.int16]) -> None:
        if Asset.AUDIO in self.heard:
            return
        before = self._sound if rate == self._rate else self._sound[:0]
        self._rate = rate
        self._sound = np.concatenate((before, samples))[-int(SECONDS * rate) :]
        self._waiting += len(samples)
        if self._waiting >= audio.MIN_SECONDS * rate:
            self._waiting = 0
            self._found(Asset.AUDIO, audio.decode(self._sound, rate))

    def _found(self, asset: Asset, marker: int | None) -> None:
        if marker is not None:
            self.heard.setdefault(asset, marker)
            self._news.set()
