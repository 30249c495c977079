"""What an endpoint sends and hears: tracks that carry a marker, and listeners that decode it.

Media is encoded once and sent in a circle: the chord repeats every five frames, and the picture never changes, so
encoding each frame anew would only burn time. Every picture is a key frame: a receiver that begins late loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from numpy.typing import NDArray

from ..markers import audio, video
from ..model.base import Asset
from ..model.call import AudioKind
from .frames import CLOCK, FRAME_TICKS, encoded

CODECS: Final = {"audio": ("audio/opus",), "video": ("video/vp8", "video/rtx")}
"""What is negotiated for each kind, by MIME type in lower case: the markers are encoded beforehand, for these."""

_LATE_SECONDS: Final = 0.2


def kind_of(asset: Asset) -> str:
    """What its section is called in a description: a screen is pictures, as a camera's are."""
    return "audio" if asset is Asset.AUDIO else "video"


class MarkerTrack(MediaStreamTrack):
    """Sends the frames of one marker in a circle, in real time, once `go` is set."""

    def __init__(self, asset: Asset, marker: int, go: asyncio.Event, voice: AudioKind = AudioKind.CHORD) -> None:
        super().__init__()
        self.kind = kind_of(asset)
        self.asset = asset
        self._marker, self._voice = marker, voice
        self._go = go
        self._ticks, self._clock = FRAME_TICKS[asset], CLOCK[asset]
        self._frames: Sequence[bytes] = ()
        self._sent = 0
        self._next = 0.0

    async def recv(self) -> av.Packet[Any]:
        loop = asyncio.get_running_loop()
        if not self._frames:
            await self._go.wait()
            self._frames = encoded(self.asset, self._marker, self._voice)
            self._next = loop.time()
        if loop.time() - self._next > _LATE_SECONDS:
            # A machine that cannot keep up must not be given a burst to catch up with.
            self._next = loop.time()
        await asyncio.sleep(self._next - loop.time())
        packet = av.Packet(self._frames[self._sent % len(self._frames)])
        packet.pts, packet.time_base = self._sent * self._ticks, self._clock
        self._next += self._ticks * self._clock.numerator / self._clock.denominator
        self._sent += 1
        return packet


class Ear:
    """Finds the marker in sound: tries after 16 frames, then after every 10, over the last second."""

    _FIRST: Final = 16
    _STEP: Final = 10
    _MOST: Final = 50

    def __init__(self) -> None:
        self._pieces: list[NDArray[np.int16]] = []
        self._next = self._FIRST

    def take(self, frame: object) -> int | None:
        if not isinstance(frame, av.AudioFrame) or frame.sample_rate != audio.RATE or frame.format.name != "s16":
            return None
        channels = frame.layout.nb_channels
        self._pieces.append(
            np.frombuffer(memoryview(frame.planes[0]), np.int16)[: frame.samples * channels : channels].copy()
        )
        self._next -= 1
        if self._next:
            return None
        self._next = self._STEP
        self._pieces = self._pieces[-self._MOST :]
        return audio.decode(np.concatenate(self._pieces))


class Eye:
    """Finds the marker in pictures of a camera or a screen: looks at the first one, then at every third."""

    _STEP: Final = 3

    def __init__(self, asset: Asset = Asset.VIDEO) -> None:
        self._asset = asset
        self._seen = 0

    def take(self, frame: object) -> int | None:
        self._seen += 1
        if self._seen % self._STEP != 1 or not isinstance(frame, av.VideoFrame) or frame.format.name != "yuv420p":
            return None
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        return video.decode(rows[:, : plane.width], of=self._asset)


class Listener:
    """Plays what arrives: takes every frame of every track until it has found the marker.

    Then it says that it has had `enough` of the track, so that nobody needs to decode the rest.
    """

    def __init__(self, enough: Callable[[MediaStreamTrack], None]) -> None:
        self.heard: dict[Asset, int] = {}
        self._enough = enough
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def attach(self, track: MediaStreamTrack, asset: Asset) -> None:
        """Listen to one more track, which is to carry this, until it ends."""
        self._tasks.append(asyncio.create_task(self._listen(track, asset)))

    async def found(self, assets: Collection[Asset]) -> None:
        """Wait until a marker was decoded in each of these."""
        while not self.heard.keys() >= set(assets):
            self._news.clear()
            await self._news.wait()

    async def ended(self) -> None:
        """Wait until every track has ended and all that came from it has been listened to."""
        await asyncio.gather(*self._tasks)

    async def _listen(self, track: MediaStreamTrack, asset: Asset) -> None:
        sense = Ear() if asset is Asset.AUDIO else Eye(asset)
        while (frame := await _next(track)) is not None:
            if asset not in self.heard and (marker := sense.take(frame)) is not None:
                self.heard[asset] = marker
                self._news.set()
                self._enough(track)


async def _next(track: MediaStreamTrack) -> object | None:
    try:
        return await track.recv()
    except MediaStreamError:
        return None
