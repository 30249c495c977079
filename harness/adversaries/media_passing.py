"""What machines have in common that work on the media of a running call and let everything else pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Party
from ..wire.demux import PacketClass, classify
from .held_back import HeldBack
from .machine import CallUp, Command, Event, PathDatagram, TimerFired, let_pass

MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})


class MediaPassing(ABC):
    """Calls `media` for each SRTP and SRTCP packet once the call is up; `held` are those that it keeps for a while.

    `passed` counts the packets of each direction, this one included.
    """

    required: tuple[str, ...] = ()
    reroutes = False

    def __init__(self) -> None:
        self.passed: Counter[Party] = Counter()
        self.held = HeldBack()
        self._up = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, CallUp):
            self._up = True
        if isinstance(event, TimerFired):
            return self.held.release(event)
        if isinstance(event, PathDatagram) and self._up and classify(event.data) in MEDIA:
            self.passed[event.sender] += 1
            return self.media(event)
        return let_pass(event)

    @abstractmethod
    def media(self, event: PathDatagram) -> Iterator[Command]:
        """What becomes of one media packet."""
