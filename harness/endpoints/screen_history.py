"""What one screen showed, and since when: the same for a client of ours, a page, and a program that has none."""

from __future__ import annotations

from typing import Final

from ..model.statement import Indicator, Screen, ScreenMoment

_MOST: Final = 500
"""Moments that are remembered: a service can announce things without end."""


class ScreenHistory:
    """Empty until something is shown. Times are seconds since the epoch."""

    def __init__(self) -> None:
        self._moments: list[ScreenMoment] = []

    @property
    def moments(self) -> tuple[ScreenMoment, ...]:
        return tuple(self._moments)

    @property
    def last(self) -> ScreenMoment | None:
        return self._moments[-1] if self._moments else None

    def shows(self, screen: Screen, since: float) -> None:
        """The screen looks like this; one that is drawn again has not changed."""
        if self.last is None or self.last.screen != screen:
            del self._moments[_MOST - 1 :]
            self._moments.append(ScreenMoment(time=since, screen=screen))

    def ends(self, when: float) -> None:
        """The call has failed: if there was a screen, it leaves an empty one behind."""
        if self.last is not None:
            empty = Screen(indicator=Indicator.NONE, code=None, peer=self.last.screen.peer)
            self._moments.append(ScreenMoment(time=when, screen=empty))
