"""Follows the DTLS associations of every leg of a capture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...model.voice import counted
from ...vantage.window import Direction, Endpoints, Legs, Window
from ...wire.dtls import AssociationReader, DtlsAssociation
from .dtls_rows import dtls_rows

MAX_MEMORY: Final = 64 * 2**20
"""Bytes that handshakes of one capture may take; what a stranger left unfinished is given up first."""


@dataclass(frozen=True)
class Followed:
    """One DTLS association of a capture.

    `leg` is a place in `Window.legs`, `near` and `far` are the names of its ends. `local_near`: the near end is the
    host that captured; None when the capture does not tell. `started`: time of its first frame, seconds since 1970 or
    not-a-number; `answered`: of the first frame from the other end. `dtls.first` and `dtls.last` are frame numbers.
    """

    leg: int
    near: str
    far: str
    local_near: bool | None
    started: float
    dtls: DtlsAssociation
    answered: float = nan

    @property
    def client(self) -> str | None:
        """The name of the end that was DTLS client; None when that was not seen."""
        return None if self.dtls.client_is_near is None else self.near if self.dtls.client_is_near else self.far

    @property
    def server(self) -> str | None:
        return None if self.dtls.client_is_near is None else self.far if self.dtls.client_is_near else self.near

    @property
    def place(self) -> str:
        """The leg, as a person writes it."""
        return f"{self.near} ↔ {self.far}"


class _LegState:
    """What is known of one leg: its reader, when each of its associations began, and which end the host was."""

    def __init__(self) -> None:
        self.reader = AssociationReader("frame")
        self.started: list[tuple[float, bool]] = []
        self.answered: list[float] = []
        self.local: set[bool] = set()
        self.held = 0

    def note_time(self, time: float, near: bool) -> None:
        """Of a row that was just read: it begins an association, or answers the one that began last."""
        new = len(self.reader.found) - len(self.started)
        self.started += [(time, near)] * new
        self.answered += [nan] * new
        if isnan(self.answered[-1]) and self.started[-1][1] is not near:
            self.answered[-1] = time


class AssociationFollower:
    """Give it every window in order; then ask for `result`, and for `limits`, sentences on what was not read."""

    def __init__(self) -> None:
        self._legs: dict[int, _LegState] = {}
        # Of them those that may still have something to forget; the one that was used last comes last.
        self._forgettable: OrderedDict[int, _LegState] = OrderedDict()
        self._held = 0
        self._unread = self._lumped = 0
        self._names: tuple[Endpoints, Legs] = (Endpoints(), Legs())

    def add(self, window: Window) -> None:
        self._names = (window.endpoints, window.legs)
        for row, reads, finishing in _visits(window):
            leg = int(window.leg[row])
            if self._is_lumped(leg):
                self._lumped += 1
                continue
            state = self._state(leg)
            if state is None:
                self._unread += 1
                continue
            frame, near = int(window.frame[row]), bool(window.outward[row])
            if reads:
                state.reader.datagram(frame, near, window.payload(row))
            else:
                state.reader.protected(frame, near, finishing)
            state.note_time(float(window.time[row]), near)
            self._note_direction(window, state, frame, near)
            self._stay_within_memory(state)

    def result(self) -> tuple[Followed, ...]:
        """Every association, in the order of its first frame."""
        found = [one for leg, state in self._legs.items() for one in self._followed(leg, state)]
        return tuple(sorted(found, key=lambda one: (one.dtls.first, one.leg)))

    def limits(self) -> tuple[str, ...]:
        """Each of these may hide a handshake."""
        found = []
        if self._unread:
            size = f"handshakes take more than {MAX_MEMORY} bytes"
            found.append(f"{counted(self._unread, 'DTLS datagram')} not read: {size}")
        if self._lumped:
            found.append(f"{counted(self._lumped, 'DTLS datagram')} not read: too many legs to tell them apart")
        return tuple(found)

    def _is_lumped(self, leg: int) -> bool:
        """Whether this is the leg of all those that begin when there are too many: its two ends are one name."""
        ends = self._names[1].found[leg]
        return ends.near == ends.far

    def _state(self, leg: int) -> _LegState | None:
        """None when there is no memory for more."""
        if self._held > MAX_MEMORY:
            return None
        state = self._legs.get(leg)
        if state is None:
            state = self._legs[leg] = _LegState()
        self._forgettable[leg] = state
        self._forgettable.move_to_end(leg)
        return state

    def _note_direction(self, window: Window, state: _LegState, frame: int, near: bool) -> None:
        place = frame - window.frames.first
        if not 0 <= place < len(window.frames):  # what still waited when the capture was over
            return
        direction = int(window.frames.direction[place])
        if direction != Direction.UNKNOWN:
            state.local.add((direction == Direction.OUTBOUND) is near)

    def _stay_within_memory(self, state: _LegState) -> None:
        self._measure(state)
        while self._held > MAX_MEMORY and self._forgettable:
            _, other = self._forgettable.popitem(last=False)
            other.reader.forget()
            self._measure(other)

    def _measure(self, state: _LegState) -> None:
        held = state.reader.held
        self._held += held - state.held
        state.held = held

    def _followed(self, leg: int, state: _LegState) -> Iterator[Followed]:
        endpoints, legs = self._names
        ends = legs.found[leg]
        near, far = endpoints.names[ends.near], endpoints.names[ends.far]
        local = next(iter(state.local)) if len(state.local) == 1 else None
        for (started, _), answered, dtls in zip(state.started, state.answered, state.reader.found, strict=True):
            yield Followed(leg, near, far, local, started, dtls, answered)


def _visits(window: Window) -> Iterator[tuple[int, bool, bool]]:
    """(row, is to be read, belongs to a handshake) in order: rows to read, and between them the first and the last of
    the protected rows of each leg, direction and kind."""
    found = dtls_rows(window)
    if len(found.protected):
        group = np.searchsorted(found.read, found.protected) * len(window.legs.found) + window.leg[found.protected]
        group = (group * 2 + window.outward[found.protected]) * 2 + found.finishing
        shown = _ends_of_groups(group)
    else:
        shown = np.zeros(0, np.intp)
    visits = [(row, True, False) for row in found.read.tolist()]
    visits += zip(found.protected[shown].tolist(), [False] * len(shown), found.finishing[shown].tolist(), strict=True)
    return iter(sorted(visits))


def _ends_of_groups(group: NDArray[np.int64]) -> NDArray[np.intp]:
    """Places of the first and of the last element of each group."""
    first = np.unique(group, return_index=True)[1]
    last = len(group) - 1 - np.unique(group[::-1], return_index=True)[1]
    return np.union1d(first, last)
