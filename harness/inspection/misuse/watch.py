"""One sender under one key: which packet indexes it used, and which of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Ints
from .entry import Entries, Meeting
from .index_table import SLOTS, IndexTable
from .keystream import KeystreamCount, KeystreamTest

MAX_EXAMPLES: Final = 5


class Kind(StrEnum):
    """What carries the index."""

    RTP = "RTP"
    SRTCP = "SRTCP"
    SRTCP_AEAD = "SRTCP under an AEAD"
    RECORD = "DTLS record"
    NONCE = "explicit nonce of a DTLS record"


SRTCP_KINDS: Final = frozenset({Kind.SRTCP, Kind.SRTCP_AEAD})


class WatchKey(NamedTuple):
    """Who used the indexes, and under which key.

    `proven`: `owner` is the number of a key under which the packets are authentic. Otherwise it stands for leg and
    direction (twice the leg, plus one for outward), and `generation` counts the key changes there. `ssrc` is the epoch
    for DTLS.
    """

    kind: Kind
    proven: bool
    owner: int
    generation: int
    ssrc: int


class Pair(NamedTuple):
    """Two packets with one index, by their frames."""

    packet_index: int
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class IndexReuse:
    """Packets with an index that their sender had used before under the same key.

    `crossed`: those of them that went the other way than the one before. `resent` and `altered` are no reuse: the same
    ciphertext with another header or tag, or with a few bits changed on its way. `sources` are leg and direction of
    all packets.
    """

    key: WatchKey
    reused: int
    crossed: int
    resent: int
    altered: int
    examples: tuple[Pair, ...]
    resent_examples: tuple[Pair, ...]
    sources: tuple[int, ...]
    test: KeystreamTest


@dataclass
class Watch:
    """Follows one WatchKey. `table` is None once others needed the room."""

    key: WatchKey
    table: IndexTable | None = field(default_factory=IndexTable)
    latest: float = float("-inf")
    packets: int = 0
    first_uses: set[int] = field(default_factory=set)
    """Leg and direction of packets with an index that was new."""
    turned: KeystreamCount = field(default_factory=KeystreamCount)
    """Pairs one turn of the sequence number apart, which share a keystream only if the rollover counter stood still."""
    _counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(Meeting), np.int64))
    _crossed: int = 0
    _first: int = 2**62
    _examples: dict[Meeting, list[Pair]] = field(default_factory=lambda: {kind: [] for kind in Meeting})
    _keystream: KeystreamCount = field(default_factory=KeystreamCount)

    def add(self, index: Ints, now: Entries) -> NDArray[np.uint8]:
        """Take in packets in their order; a Meeting for each."""
        assert self.table is not None
        kinds, before = self.table.add(index, now)
        self.packets += len(now)
        met = bool(kinds.any())
        self._note_sources(now[kinds == Meeting.FIRST] if met else now)
        self._first = min(self._first, int(index[0]))
        if int(index[-1]) - self._first >= SLOTS and not self.turned.full:
            self._note_turn(before, now)
        if met:
            self._remember(index, kinds, before, now)
        return kinds

    def _note_sources(self, first: Entries) -> None:
        if not self.key.proven:
            self.first_uses.add(self.key.owner)
        elif len(first):
            source = first["source"]
            self.first_uses.update(np.unique(source).tolist() if (source != source[0]).any() else [int(source[0])])

    def _note_turn(self, before: Entries, now: Entries) -> None:
        held = before["cycle"]
        places = np.flatnonzero((held != 0) & (held == now["cycle"] - np.uint32(1)))
        if len(places):
            places = places[: self.turned.room]
            self.turned.add(before[places], now[places])

    def _remember(self, index: Ints, kinds: NDArray[np.uint8], before: Entries, now: Entries) -> None:
        self._counts += np.bincount(kinds, minlength=len(Meeting))
        for kind in (Meeting.RESENT, Meeting.REUSED):
            wanted = self._examples[kind]
            for place in np.flatnonzero(kinds == kind)[: MAX_EXAMPLES - len(wanted)].tolist():
                wanted.append(Pair(int(index[place]), int(before["frame"][place]), int(now["frame"][place])))
        reused = np.flatnonzero(kinds == Meeting.REUSED)
        if not len(reused):
            return
        self._crossed += int(np.count_nonzero(before["source"][reused] != now["source"][reused]))
        self._keystream.add(before[reused], now[reused])

    def reuse(self) -> IndexReuse | None:
        """What was used twice; None when nothing was."""
        resent, altered, reused = (
            int(self._counts[kind]) for kind in (Meeting.RESENT, Meeting.ALTERED, Meeting.REUSED)
        )
        if not resent + altered + reused:
            return None
        return IndexReuse(
            key=self.key,
            reused=reused,
            crossed=self._crossed,
            resent=resent,
            altered=altered,
            examples=tuple(self._examples[Meeting.REUSED]),
            resent_examples=tuple(self._examples[Meeting.RESENT]),
            sources=tuple(sorted(self.first_uses)),
            test=self._keystream.test(),
        )


class Watches:
    """All that are followed: at most `alive` with a table at once, and at most `ever` over a whole capture."""

    def __init__(self, alive: int, ever: int, idle: float) -> None:
        self._alive, self._ever, self._idle = alive, ever, idle
        self.all: dict[WatchKey, Watch] = {}
        self._with_table: dict[WatchKey, Watch] = {}
        self.unwatched = 0
        """Packets that no table could be had for."""

    def watch(self, key: WatchKey, time: float, packets: int) -> Watch | None:
        """The watch to add these packets to; None when there is no room, and then they are counted."""
        found = self._with_table.pop(key, None)
        if found is None and key not in self.all and len(self.all) < self._ever and self._room(time):
            found = self.all[key] = Watch(key)
        if found is None:
            self.unwatched += packets
            return None
        self._with_table[key] = found
        found.latest = time
        return found

    def _room(self, time: float) -> bool:
        """Whether there is room for one more table: the longest unused one makes it, when it has been idle."""
        if len(self._with_table) < self._alive:
            return True
        oldest = next(iter(self._with_table))
        if not time - self._with_table[oldest].latest >= self._idle:
            return False
        self._with_table.pop(oldest).table = None
        return True

    def alive(self, kind: Kind) -> Sequence[Watch]:
        """Those of one kind that still have their table."""
        return [watch for watch in self._with_table.values() if watch.key.kind is kind]
