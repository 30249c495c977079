"""The two screens over time: when each changed, and to what. A call whose screens never changed has nothing to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..model.base import Party
from ..model.statement import Indicator, ScreenMoment
from .text import grouped

MAX_MOMENTS: Final = 20


@dataclass(frozen=True)
class MomentRow:
    """One change of one screen. `seconds` count from the first screen of the call; `code` is grouped, or None."""

    seconds: float
    owner: str
    indicator: Indicator
    code: str | None
    notice: str | None


def moment_rows(history: Mapping[Party, Sequence[ScreenMoment]]) -> tuple[MomentRow, ...]:
    """Both screens in one list by time; empty when no screen ever changed.

    Of more than MAX_MOMENTS the last ones are kept: what people saw at the end must not hide behind what was before.
    """
    if all(len(moments) < 2 for moments in history.values()):
        return ()
    every = [(one.time, party, one.screen) for party, moments in history.items() for one in moments]
    every.sort(key=lambda one: one[0])
    began = every[0][0]
    return tuple(
        MomentRow(
            seconds=time - began,
            owner=party.value.capitalize(),
            indicator=screen.indicator,
            code=None if screen.code is None else grouped(screen.code),
            notice=screen.notice,
        )
        for time, party, screen in every[-MAX_MOMENTS:]
    )
