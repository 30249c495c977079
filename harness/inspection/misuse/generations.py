"""When a leg may have changed its keys: what comes before and after must not be compared.

A new ServerHello announces new keys. Each side then uses them from its own first record of the new epoch on
(RFC 6347 section 4.1). Every one of these moments begins a new generation: to call too much a change only forgoes a
comparison, to call too little would raise a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...vantage.rtp_columns import big_endian
from ...vantage.window import NONE, Ints, Window
from ...wire.dtls.handshake import HandshakeType
from ...wire.dtls.record import ContentType
from ..stream_rows import directions
from .records import RecordColumns

_RANDOM_AT: Final = 12 + 2
"""Behind the handshake header and the version (RFC 6347 section 4.2.2, RFC 5246 section 7.4.1.3)."""
_RANDOM: Final = 32
_FRAGMENT_OFFSET: Final = 6
_ROW_BITS: Final = 40
HELLO_RETRY: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random of a HelloRetryRequest, which chooses no key (RFC 8446 section 4.1.3)."""


class Generations:
    """Counts the key changes of every leg."""

    def __init__(self) -> None:
        self._hellos, self._changes = _PerLeg(), _PerLeg()
        self._randoms: dict[int, bytes] = {}
        self._states: dict[int, int] = {}

    def add(self, window: Window, records: RecordColumns) -> tuple[Ints, Ints]:
        """Take in the next window; the generation of each of its rows, and of each of its records.

        A row that begins a generation belongs to it.
        """
        hellos = np.array(list(self._server_hellos(window, records)), np.int64)
        of_hello = self._hellos.add(window, hellos)
        begun = np.union1d(hellos, self._new_epochs(window, records, of_hello))
        of_row = self._changes.add(window, begun)
        return of_row, of_row[records.row]

    def _server_hellos(self, window: Window, records: RecordColumns) -> Iterator[int]:
        """The rows that bring the first part of a ServerHello whose random was not the latest of its leg."""
        clear = (records.kind == ContentType.HANDSHAKE) & (records.epoch == 0)
        clear &= records.length >= _RANDOM_AT + _RANDOM
        places = np.flatnonzero(clear)
        places = places[window.data[records.at[places]] == HandshakeType.SERVER_HELLO]
        places = places[big_endian(window.data, records.at[places] + _FRAGMENT_OFFSET, 3) == 0]
        for place in places.tolist():
            row, start = int(records.row[place]), int(records.at[place]) + _RANDOM_AT
            random, leg = window.data[start : start + _RANDOM].tobytes(), int(window.leg[row])
            if random not in (HELLO_RETRY, self._randoms.get(leg)):
                self._randoms[leg] = random
                yield row

    def _new_epochs(self, window: Window, records: RecordColumns, of_hello: Ints) -> Ints:
        """The rows with the first protected record of a side under an epoch that it did not use just before."""
        places = np.flatnonzero(records.epoch > 0)
        rows = records.row[places]
        state = of_hello[rows] << 16 | records.epoch[places]
        side = directions(window, rows)
        order = np.argsort(side, kind="stable")
        rows, state, side = rows[order], state[order], side[order]
        starts = np.flatnonzero(np.diff(side, prepend=-1))
        before = np.roll(state, 1)
        before[starts] = [self._states.get(one, NONE) for one in side[starts].tolist()]
        self._states.update(zip(side.tolist(), state.tolist(), strict=True))
        changed: Ints = rows[state != before]
        return changed


class _PerLeg:
    """Counts moments of each leg over windows."""

    def __init__(self) -> None:
        self._counts: Ints = np.zeros(0, np.int64)

    def add(self, window: Window, moments: Ints) -> Ints:
        """How many moments each row's leg has had, up to and with the row; `moments` are rows of this window."""
        self._counts = np.pad(self._counts, (0, max(0, len(window.legs.found) - len(self._counts))))
        found: Ints = self._counts[window.leg]
        if len(moments):
            legs = window.leg[moments].astype(np.int64)
            sorted_moments = np.sort(legs << _ROW_BITS | moments)
            base = window.leg.astype(np.int64) << _ROW_BITS
            rows = np.arange(len(window))
            found = found + np.searchsorted(sorted_moments, base | rows, "right")
            found -= np.searchsorted(sorted_moments, base)
            np.add.at(self._counts, legs, 1)
        return found
