"""What TURN messages carry becomes rows of its own, to any depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...wire.demux import PacketClass
from ..classes import classes_of, classify_rows
from ..gather import load
from ..window import Bytes, Ints
from .flows import MOST_LEGS, Flows
from .key_cache import KeyCache, Word
from .relays import TELLING, Relays
from .rows import Rows, datagram_rows
from .sheet import Sheet
from .turn_messages import DATA, SEND, Carried, channel_data, indications

MOST_DEPTH: Final = 16
"""TURN messages inside of each other that are opened."""

_TURN: Final = (PacketClass.STUN, PacketClass.TURN_CHANNEL)
"""Classes of rows that carry others, or tell something of what is carried."""

_NO_CHANNEL_DATA: Final = "what begins like ChannelData and is not"
_EMPTY_INDICATION: Final = "a TURN indication without a peer or without data"

NO_MESSAGE: Final = frozenset({_NO_CHANNEL_DATA, _EMPTY_INDICATION})
"""Problems that hide nothing, because nobody reads a message there: QUIC often begins like ChannelData."""

_TOO_DEEP: Final = f"more than {MOST_DEPTH} TURN messages inside of each other"


@dataclass(frozen=True, eq=False)
class Level:
    """Rows of one depth, their classes, and for each the place of the row of the level above that carries it."""

    rows: Rows
    klass: NDArray[np.uint8]
    carrier: NDArray[np.intp]


class Tunnels:
    """Keeps over windows what is known of the TURN servers of a capture."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._relays = Relays(flows)
        self._cache = KeyCache(4)
        # How many telling messages a leg has seen: what was resolved before one of them is asked again.
        self._told = np.zeros(MOST_LEGS + 1, np.int64)

    def levels(self, sheet: Sheet, rows: Rows) -> Iterator[Level]:
        """The given rows, which are in order, then what they carry, then what that carries, …"""
        klass = classes_of(sheet.load(rows.offset, ">u2"), rows.length)
        klass[rows.opaque] = PacketClass.OTHER
        level = Level(rows, klass, np.zeros(0, np.intp))
        for depth in range(MOST_DEPTH + 1):
            yield level
            if not any((level.klass == one).any() for one in _TURN):
                return
            carried, telling = _carried(sheet, level)
            if depth == MOST_DEPTH and len(carried):
                sheet.problem(_TOO_DEEP, level.rows.frame[carried.row])
                return
            flow = self._flow(sheet, level.rows, carried, telling)
            if not len(carried):
                return
            level = _inside(sheet.data, level.rows, carried, flow)

    def _flow(self, sheet: Sheet, rows: Rows, carried: Carried, telling: NDArray[np.intp]) -> Ints:
        """The flow of each message that is carried, given what was told before it. Learns what is told, all of it."""
        outer = rows.flow[carried.row]
        to_learn = iter(telling.tolist())
        next_to_learn = next(to_learn, None)

        def learn(before: int) -> None:
            nonlocal next_to_learn
            while next_to_learn is not None and next_to_learn < before:
                start = int(rows.offset[next_to_learn])
                message = sheet.data[start : start + int(rows.length[next_to_learn])].tobytes()
                wrong = self._relays.learn(int(rows.flow[next_to_learn]), message)
                if wrong is not None:
                    sheet.problem(wrong, rows.frame[next_to_learn : next_to_learn + 1])
                next_to_learn = next(to_learn, None)

        def ask(place: int) -> int:
            learn(int(carried.row[place]))
            return self._relays.inner_flow(int(outer[place]), *carried.peer(place))

        found = np.zeros(0, np.int64)
        if len(carried):
            found = self._cache.numbers(self._key(rows, carried, outer, telling), ask)
        learn(len(rows))
        np.add.at(self._told, rows.flow[telling] >> 1, 1)
        return found

    def _key(self, rows: Rows, carried: Carried, outer: Ints, telling: NDArray[np.intp]) -> tuple[Word, ...]:
        """Everything on which the inner flow depends: the outer one, the peer or channel, and what was told before."""
        who = outer << 32 | carried.kind << 26 | carried.family << 24 | carried.port
        told = self._told[outer >> 1]
        if len(telling):
            # Places of telling messages, leg by leg: how many of a leg are before a row is a difference of two places.
            leg = np.int64(len(rows))
            marks = np.sort((rows.flow[telling] >> 1) * leg + telling)
            begin = (outer >> 1) * leg
            told = told + np.searchsorted(marks, begin + carried.row) - np.searchsorted(marks, begin)
        return who.view(np.uint64), *carried.host, told.view(np.uint64)


def _carried(sheet: Sheet, level: Level) -> tuple[Carried, NDArray[np.intp]]:
    """What the rows of a level carry, and those of its rows from which something is to be learned."""
    rows = level.rows
    found, misfits = channel_data(sheet.data, rows, np.flatnonzero(level.klass == PacketClass.TURN_CHANNEL))
    sheet.problem(_NO_CHANNEL_DATA, rows.frame[misfits])
    stun = np.flatnonzero(level.klass == PacketClass.STUN)
    kind = load(sheet.data, rows.offset[stun], ">u2")
    indicating = (kind == SEND) | (kind == DATA)
    if indicating.any():
        others, misfits = indications(sheet.data, rows, stun[indicating])
        sheet.problem(_EMPTY_INDICATION, rows.frame[misfits])
        found = found.with_others(others)
    return found, stun[np.isin(kind, TELLING)]


def _inside(data: Bytes, rows: Rows, carried: Carried, flow: Ints) -> Level:
    above = carried.row
    inner = datagram_rows(rows.frame[above], flow, carried.offset, carried.length, carried.missing)
    inner = replace(inner, made=rows.made[above])
    return Level(inner, classify_rows(data, inner.offset, inner.length), above)
