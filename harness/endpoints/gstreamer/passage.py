"""Packets on their way through libsrtp: sealed, opened or refused."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

_TOLD: Final = ("rtp_sent", "rtcp_sent", "rtp_received", "rtcp_received", "refused")


class Passage:
    """Counts what goes in and comes out; may be asked at any time, from any thread.

    A packet that is inside has been neither opened nor refused. The thread that carries it through says when it is
    decided, by bringing the next one; so the last that was refused on a thread is not told.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._inside: Counter[int] = Counter()

    def came(self, packets: int) -> None:
        """This many came in at once."""
        with self._lock:
            thread = threading.get_ident()
            self._counts["refused"] += self._inside[thread]
            self._inside[thread] = packets

    def opened(self, medium: str, packets: int) -> None:
        """This many of those came out, `medium` being rtp or rtcp."""
        with self._lock:
            self._counts[f"{medium}_received"] += packets
            self._inside[threading.get_ident()] -= packets

    def sealed(self, medium: str, packets: int) -> None:
        """This many go out."""
        with self._lock:
            self._counts[f"{medium}_sent"] += packets

    @property
    def told(self) -> dict[str, int]:
        """The words of a statement, all of one moment."""
        with self._lock:
            return {name: self._counts[name] for name in _TOLD}
