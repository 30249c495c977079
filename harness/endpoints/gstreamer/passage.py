"""Packets on their way through libsrtp: sealed, opened or refused."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ...wire.demux import PacketClass, classify
from ...wire.replay_list import PacketNumber, ReplayLists, number_of
from ...wire.srtp import profile

_TOLD: Final = (
    "rtp_sent",
    "rtcp_sent",
    "rtp_received",
    "rtcp_received",
    "not_authenticated",
    "replayed",
    "refused",
)
_RTCP_TAIL: Final = profile("SRTP_AES128_CM_HMAC_SHA1_80").rtcp_tail
"""The only profile that GStreamer's DTLS offers, and takes."""


class Passage:
    """Counts what goes in and comes out; may be asked at any time, from any thread.

    A packet that is inside has been neither opened nor refused. The thread that carries it through says when it is
    decided, by bringing the next one; so the last that was refused on a thread is not told. Why, libsrtp does not tell
    here: it refuses as a replay whose number it opened before, or so long ago that it does not know, and looks at the
    tag of every other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._inside: dict[int, list[PacketNumber | None]] = {}
        self._opened = ReplayLists()

    def came(self, packets: Sequence[bytes]) -> None:
        """These came in at once."""
        with self._lock:
            thread = threading.get_ident()
            self._counts.update(self._why(one) for one in self._inside.get(thread, ()))
            self._inside[thread] = [number_of(classify(data), data, _RTCP_TAIL) for data in packets]

    def opened(self, medium: str, packets: Sequence[bytes]) -> None:
        """Of those these came out, in clear; `medium` is rtp or rtcp."""
        with self._lock:
            self._counts[f"{medium}_received"] += len(packets)
            inside = self._inside.get(threading.get_ident(), [])
            if medium == "rtp":
                self._take(inside, [number_of(PacketClass.SRTP, data, _RTCP_TAIL) for data in packets])
                return
            # An opened report has lost its index: which one it was is known where all came out, or none.
            waiting = [one for one in inside if one is not None and one.klass is PacketClass.SRTCP]
            inside[:] = [one for one in inside if one not in waiting] + [None] * (len(waiting) - len(packets))
            if len(waiting) == len(packets):
                self._take(list(waiting), waiting)

    def sealed(self, medium: str, packets: Sequence[bytes]) -> None:
        """These go out."""
        with self._lock:
            self._counts[f"{medium}_sent"] += len(packets)

    @property
    def told(self) -> dict[str, int]:
        """The words of a statement, all of one moment."""
        with self._lock:
            return {name: self._counts[name] for name in _TOLD}

    def _why(self, one: PacketNumber | None) -> str:
        if one is None:
            return "refused"
        return "replayed" if self._opened.refuses(one) else "not_authenticated"

    def _take(self, inside: list[PacketNumber | None], opened: Sequence[PacketNumber | None]) -> None:
        for one in opened:
            if one is not None and one in inside:
                inside.remove(one)
                self._opened.take(one)
