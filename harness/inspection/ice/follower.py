"""Follows ICE (RFC 8445): connectivity checks paired with their answers, and who controls on each leg."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.voice import counted
from ...vantage.gather import load
from ...vantage.window import Endpoints, Legs, Window
from ...wire import stun
from ...wire.demux import PacketClass
from .check import Check, is_role_conflict, read_check
from .leg import IceLeg, roles

MAX_CHECKS: Final = 65_536
"""Legs and different checks that are told apart in one capture. Repeats of a check, as keepalives are, count as one."""

MAX_CHECKS_OF_LEG: Final = 64
MAX_PENDING: Final = 65_536
"""Requests that wait for their answer; the oldest one is given up."""

_REQUEST: Final = 0x0001
_SUCCESS: Final = 0x0101
_ERROR: Final = 0x0111

_HEADER: Final = np.dtype([("kind", ">u2"), ("length", ">u2"), ("cookie", ">u4"), ("id", "V12")])
_PROOF: Final = 32
"""Bytes of MESSAGE-INTEGRITY and FINGERPRINT, which end a check and differ each time."""

_INTEGRITY: Final = b"\x00\x08\x00\x14"


class _Tally:
    """How often one check was made and answered; the fields are those of Check."""

    __slots__ = ("answered", "answered_first", "failed", "first", "last", "left_out", "refused", "requests")

    def __init__(self) -> None:
        self.requests = self.answered = self.refused = self.failed = 0
        self.first = self.last = self.answered_first = 0
        self.left_out = False

    def ask(self, frame: int) -> None:
        self.requests += 1
        self.first = self.first or frame
        self.last = frame

    def counted(self, identity: Check) -> Check:
        return replace(identity, **{name: getattr(self, name) for name in self.__slots__ if name != "left_out"})


class _Row(NamedTuple):
    """A check or an answer; `start` and `end` are where its message lies in the window's data."""

    row: int
    kind: int
    transaction: bytes
    leg: int
    near: bool
    frame: int
    start: int
    end: int


class _Pending(NamedTuple):
    tally: _Tally
    frame: int


class _LegChecks:
    """The checks of a leg, by what they say: a Check without its counts."""

    def __init__(self) -> None:
        self.tallies: dict[Check, _Tally] = {}
        self.left_out = 0
        self.malformed = 0

    def make_room(self) -> bool:
        """Give up a check that nobody ever answered; whether there was one."""
        stranger = next((identity for identity, tally in self.tallies.items() if not tally.answered), None)
        if stranger is None:
            return False
        tally = self.tallies.pop(stranger)
        tally.left_out = True
        self.left_out += tally.requests
        return True


class IceFollower:
    """Give it every window in order; then ask for `result`, and for `limits`, sentences on what was left out."""

    def __init__(self) -> None:
        self._legs: dict[int, _LegChecks] = {}
        self._read: dict[tuple[int, bool, bytes], _Tally] = {}
        self._pending: dict[tuple[int, bool, bytes], _Pending] = {}
        self._different = 0
        self._left_out = 0
        self._names: tuple[Endpoints, Legs] = (Endpoints(), Legs())

    def add(self, window: Window) -> None:
        self._names = (window.endpoints, window.legs)
        rows = window.rows(PacketClass.STUN)
        if not len(rows):
            return
        header = load(window.data, window.offset[rows], _HEADER)
        kind = header["kind"]
        wanted = (kind == _REQUEST) | (kind == _SUCCESS) | (kind == _ERROR)
        wanted &= header["cookie"] == stun.MAGIC_COOKIE
        for one in _rows(window, rows[wanted], header[wanted]):
            if one.kind == _REQUEST:
                self._request(window, one)
            else:
                self._answer(window, one)

    def result(self) -> tuple[IceLeg, ...]:
        """Every leg with checks, in the order of its first one."""
        endpoints, legs = self._names
        found = []
        for leg, one in self._legs.items():
            ends = legs.found[leg]
            near, far = endpoints.names[ends.near], endpoints.names[ends.far]
            checks = tuple(tally.counted(identity) for identity, tally in one.tallies.items())
            who = roles(checks, near, far)
            found.append(IceLeg(leg, near, far, checks, *who, left_out=one.left_out, malformed=one.malformed))
        return tuple(found)

    def limits(self) -> tuple[str, ...]:
        left_out = self._left_out + sum(one.left_out for one in self._legs.values())
        return (f"{counted(left_out, 'ICE check')} not followed: too many different ones",) if left_out else ()

    def _request(self, window: Window, one: _Row) -> None:
        tally = self._tally(window, one)
        key = (one.leg, one.near, one.transaction)
        if tally is None or key in self._pending:  # the latter is a retransmission
            return
        tally.ask(one.frame)
        self._pending[key] = _Pending(tally, one.frame)
        if len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]

    def _tally(self, window: Window, one: _Row) -> _Tally | None:
        """Where a request is counted. It is read only when the leg has not said the same before, as far as is
        remembered. None when it is left out."""
        seen = (one.leg, one.near, _essence(window.data[one.start + stun.HEADER : one.end].tobytes()))
        known = self._read.get(seen)
        if known is not None and not known.left_out:
            return known
        checks = self._leg(one.leg)
        if checks is None:
            return None
        try:
            identity = read_check(window.payload(one.row), one.near)
        except ValueError:
            checks.malformed += 1
            return None
        if identity not in checks.tallies and not self._add(checks, identity):
            checks.left_out += 1
            return None
        if len(self._read) == MAX_CHECKS:
            self._read.clear()  # it only saves time
        tally = self._read[seen] = checks.tallies[identity]
        return tally

    def _leg(self, leg: int) -> _LegChecks | None:
        """None when no more legs are followed."""
        if leg not in self._legs:
            if self._different == MAX_CHECKS:
                self._left_out += 1
                return None
            self._legs[leg] = _LegChecks()
            self._different += 1
        return self._legs[leg]

    def _add(self, checks: _LegChecks, identity: Check) -> bool:
        """Whether there is room for another check: of too many, one that was never answered is given up."""
        if len(checks.tallies) < MAX_CHECKS_OF_LEG and self._different < MAX_CHECKS:
            self._different += 1
        elif not checks.make_room():
            return False
        checks.tallies[identity] = _Tally()
        return True

    def _answer(self, window: Window, one: _Row) -> None:
        pending = self._pending.pop((one.leg, not one.near, one.transaction), None)
        if pending is None:
            return
        tally, frame = pending
        if one.kind == _SUCCESS:
            tally.answered += 1
            tally.answered_first = tally.answered_first or frame
        elif is_role_conflict(window.payload(one.row)):
            tally.refused += 1
        else:
            tally.failed += 1


def _rows(window: Window, rows: NDArray[np.intp], header: NDArray[Any]) -> Iterator[_Row]:
    start = window.offset[rows]
    columns = (window.leg[rows], window.outward[rows], window.frame[rows], start, start + window.length[rows])
    parts = (rows, header["kind"], header["id"], *columns)
    return map(_Row._make, zip(*(part.tolist() for part in parts), strict=True))


def _essence(attributes: bytes) -> bytes:
    """A digest of what a request says, without the proofs that end it."""
    proofs = attributes[-_PROOF:].startswith(_INTEGRITY)
    return blake2b(attributes[:-_PROOF] if proofs else attributes, digest_size=16).digest()
