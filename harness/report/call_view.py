"""What the report may show of one call beyond its result, already read from the recording by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model.base import Party
from ..model.recording import SignalEntry
from ..model.statement import Screen, ScreenMoment
from ..model.verdict import Result


@dataclass(frozen=True)
class CallView:
    """One call for the eye: its result, its signalling and both screens.

    `adversary` is the kind of machine between the parties ("dtls-mitm"); None for a call that nobody attacked.
    `history` holds every screen that a party saw, with its time. `pictures` are PNG files of real screens.
    """

    result: Result
    signalling: tuple[SignalEntry, ...] = ()
    screens: Mapping[Party, Screen] = field(default_factory=dict)
    adversary: str | None = None
    history: Mapping[Party, tuple[ScreenMoment, ...]] = field(default_factory=dict)
    pictures: Mapping[Party, bytes] = field(default_factory=dict)
