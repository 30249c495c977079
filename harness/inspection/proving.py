"""The pass that needs keys: every packet authenticated and decrypted, and what follows from that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from ..vantage.window import Window
from ..wire import rtp
from ..wire.demux import PacketClass
from .authentication import Authenticator, Fate, Judged, Plain, SenderProof
from .captured import Captured
from .keys import KeyedSender
from .leaks import Envelope, Loudness
from .misuse import REFUSED, UNKNOWN, MisuseFollower, Proof
from .recover import Recovery
from .stream_key import StreamKey

FRAMES_OF_STREAM: Final = 64
MOST_STREAMS: Final = 64
"""Decrypted payloads that are kept of a stream, and streams of which any are: they are searched for elsewhere."""

_FRAMES_OF_WINDOW: Final = 2


class Proving:
    """One capture's second pass. Without keys it still looks for misuse, and still recovers what is in clear."""

    def __init__(
        self,
        captured: Captured,
        keys: Sequence[KeyedSender],
        recovery: Recovery | None,
        clear: Collection[StreamKey],
        loudness: Loudness | None = None,
    ) -> None:
        self._captured, self._keys, self._recovery, self._clear = captured, keys, recovery, clear
        self._loudness = loudness
        self.envelopes: dict[StreamKey, Envelope] = {}
        self.misuse = MisuseFollower()
        self.proofs: dict[StreamKey, SenderProof] = {}
        self.limits: tuple[str, ...] = ()
        self.frames: dict[StreamKey, list[bytes]] = {}
        self._opened: set[StreamKey] = set()

    def run(self, jobs: int = 1) -> None:
        """Read the capture once more."""
        with Authenticator(self._keys, self._take, jobs) as authenticator:
            for window, columns in self._captured.windows():
                judged = authenticator.add(window)
                self.misuse.add(window, _proof(window, judged) if self._keys else None, columns)
                self._recover_clear(window)
            if self._keys:
                self.proofs = {one.key: one for one in authenticator.result()}
                self.limits = authenticator.limits
        if self._loudness is not None:
            self.envelopes = self._loudness.envelopes()

    def _take(self, plain: Plain) -> None:
        """Decrypted packets of one sender."""
        if plain.rtcp:
            return
        self._opened.add(plain.stream)
        frames = self.frames.get(plain.stream)
        if frames is None and len(self.frames) < MOST_STREAMS:
            frames = self.frames[plain.stream] = []
        if frames is not None:
            wanted = min(FRAMES_OF_STREAM - len(frames), _FRAMES_OF_WINDOW, len(plain.rows))
            frames.extend(_payload(plain.packet(place)) for place in range(wanted))
        if self._loudness is not None and self._loudness.wants(plain.stream):
            for place, time in enumerate(plain.window.time[plain.rows].tolist()):
                self._loudness.packet(plain.stream, time, plain.packet(place))
        if self._recovery is not None:
            times = plain.window.time[plain.rows].tolist()
            for place, time in enumerate(times):
                self._recovery.packet(plain.stream, f"leg{plain.stream.leg}", time, plain.packet(place))

    def _recover_clear(self, window: Window) -> None:
        """Packets that need no key. What a key opened was taken already, and without its tag."""
        if self._recovery is None or not self._clear:
            return
        for row in window.rows(PacketClass.SRTP).tolist():
            start = int(window.offset[row])
            ssrc = int.from_bytes(window.data[start + 8 : start + 12].tobytes())
            key = StreamKey(int(window.leg[row]), bool(window.outward[row]), ssrc)
            if key in self._clear and key not in self._opened:
                self._recovery.packet(key, f"leg{key.leg}", float(window.time[row]), window.payload(row))


def _proof(window: Window, judged: Judged) -> Proof:
    """What the keys say, row by row. Replays carry nothing new, and count as what they repeat."""
    key, index = np.full(len(window), UNKNOWN, np.int64), np.zeros(len(window), np.int64)
    genuine = np.isin(judged.fate, (Fate.AUTHENTICATED, Fate.CLEAR, Fate.REPLAYED, Fate.REUSED, Fate.OLD))
    key[judged.row[genuine]] = judged.key[genuine]
    key[judged.row[judged.fate == Fate.FAILED]] = REFUSED
    index[judged.row] = judged.index
    return Proof(key, index)


def _payload(packet: bytes) -> bytes:
    """The payload of a decrypted packet; all of it when its header cannot be read."""
    try:
        header = rtp.parse(packet)
        return rtp.payload(packet, header)
    except ValueError:
        return packet
