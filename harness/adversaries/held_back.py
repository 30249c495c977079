"""Datagrams that an adversary on the path keeps for a while."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from .machine import Command, Forward, StartTimer, TimerFired

MOST: Final = 4096


class HeldBack:
    """What waits, each datagram with a timer of its own."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Party, bytes]] = {}
        self._number = 0

    def hold(self, to: Party, data: bytes, seconds: float) -> Iterator[Command]:
        """Forward this datagram after so long; at once, when too many wait already."""
        if len(self._waiting) >= MOST:
            yield Forward(to, data)
            return
        self._number += 1
        token = f"held-{self._number}"
        self._waiting[token] = (to, data)
        yield StartTimer(token, seconds)

    def release(self, event: TimerFired) -> Iterator[Command]:
        """What this timer was for."""
        waiting = self._waiting.pop(event.token, None)
        if waiting is not None:
            yield Forward(*waiting)
