"""One sender's packets, followed: which key it has, and the fate of each packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.window import Bytes, Flags, Ints, Window
from ...wire.srtp_packet import Opened
from ..sequence import extend
from ..stream_key import StreamKey
from ..stream_rows import Places
from .columns import MediaColumns
from .fate import Fate, SenderProof, Why
from .key_search import Fit, KeySearch
from .libsrtp import OK
from .sender_key import SenderKey, nearest
from .tally import Tally
from .team import Run, Team
from .workspace import NOT_RUN, Workspace

_MAX_KEYS: Final = 8
"""Keys of one sender that are kept, the last ones: packets that come late may still be under an earlier one."""

_PATIENCE: Final = 16
"""How often the rest of one group is looked at anew after a jump; then it goes packet by packet."""

_ALWAYS: Final = 4


@dataclass(frozen=True, eq=False)
class Batch:
    """What one window holds of all senders. `fate`, `index` and `key` are filled in, row by row of `columns` and
    `space`; see Judged."""

    window: Window
    columns: MediaColumns
    space: Workspace
    fate: Bytes
    index: Ints
    key: Ints

    def packet(self, place: int) -> bytes:
        """The bytes of a row as they were captured."""
        return self.window.payload(int(self.columns.row[place]))


@dataclass
class Group:
    """Rows `start` up to `stop` of a batch: one sender's SRTP or SRTCP. From `first` on it is known to have `key`."""

    rtcp: bool
    start: int
    stop: int
    first: int = 0
    key: SenderKey | None = None


class FollowedSender:
    """Give every group to `prepare`, let the team do the run, then give it to `settle`, and count it in `tally`.

    `number` is how the team knows the sender.
    """

    def __init__(self, number: int, stream: StreamKey, search: KeySearch, team: Team) -> None:
        self.stream = stream
        self.tally = Tally()
        self._number, self._search, self._team = number, search, team
        self._keys: list[SenderKey] = []
        self._keys_found = 0
        self._missed = 0

    @property
    def key(self) -> SenderKey | None:
        """The key that fits now."""
        return self._keys[-1] if self._keys else None

    def proof(self) -> SenderProof:
        """What was found so far."""
        return self.tally.proof(self.stream, self.key.sender if self.key else None, self._keys_found)

    def prepare(self, group: Group, batch: Batch) -> Run | None:
        """Find the sender's key if it is not known yet; what libsrtp then has to do."""
        group.first = group.start
        while not self._keys and group.first < group.stop:
            if not self._find_key(group, batch):
                group.first += 1
        group.key = self.key
        if self.key is None or not self.key.fast or group.first == group.stop:
            return None
        return Run(self._number, group.rtcp, group.first, group.stop, self.key.near)

    def settle(self, group: Group, batch: Batch, *, odd: bool) -> None:
        """Judge every packet of a group, in order. Nothing is odd about a group that libsrtp took whole and whose
        indexes rise strictly from above all before."""
        key = self.key
        if key is None:
            return
        if key is not group.key:  # Its SRTP showed another key while its SRTCP waited.
            self._afresh(group, np.arange(group.first, group.stop), batch)
        elif not odd and group.first == group.start:
            self._rising(key, group, group.start, group.stop, batch)
            return
        place, turns = group.first, 0
        while place < group.stop:
            before = self._keys[-1]
            place, again = self._stretch(before, group, place, batch, patient=turns < _PATIENCE)
            turns += 1
            # Under another key everything is to be looked at again, also what was taken under the key before.
            rest = batch.space.codes[place : group.stop] != (OK if before is self.key else NOT_RUN)
            if again and rest.any():
                self._afresh(group, np.flatnonzero(rest) + place, batch)

    def _afresh(self, group: Group, places: Places, batch: Batch) -> None:
        """Forget what libsrtp said of these rows, and ask it again when it knows the key's profile."""
        rows = places.tolist()
        batch.space.restore(rows)
        if self._keys[-1].fast:
            self._team.again(self._number, group.rtcp, rows, self._keys[-1].near)

    # the key

    def _find_key(self, group: Group, batch: Batch) -> bool:
        """Whether a key was found that opens the packet at `group.first`; if not, that packet is judged."""
        place, thorough = group.first, self._worth_searching()
        expected = self._search.expects(self.stream)
        why, words = Why.NO_KEY_FITS if thorough or expected else Why.NOT_TRIED, ""
        try:
            if thorough or expected:
                fit = self._search.fit(self.stream, batch.packet(place), rtcp=group.rtcp, thorough=thorough)
                if fit is not None:
                    self._take(fit, group.rtcp)
                    return True
        except ValueError as fault:
            why, words = Why.MALFORMED, str(fault)
        self._fail(place, batch, Fate.FAILED if expected else Fate.UNKNOWN, why, words)
        return False

    def _worth_searching(self) -> bool:
        """The first packets that no key opened, and then ever fewer of them, are worth a search among all keys."""
        return self._missed < _ALWAYS or self._missed & (self._missed - 1) == 0

    def _take(self, fit: Fit, rtcp: bool) -> SenderKey:
        key = SenderKey(fit, 0 if rtcp else fit.opened.index)
        self._keys = [*self._keys, key][-_MAX_KEYS:]
        self._keys_found += 1
        if key.fast:
            self._team.open(self._number, fit.sender, self.stream.ssrc)
        return key

    # packets

    def _stretch(self, key: SenderKey, group: Group, place: int, batch: Batch, *, patient: bool) -> tuple[int, bool]:
        """Judge packets from `place` on: all of them, or, being patient, until one changes what to expect of the rest.

        From where to go on, and whether libsrtp should then look again at what it did not take.
        """
        start = place
        taken = batch.space.codes[start : group.stop] == OK
        indexes = self._indexes(key, group, start, batch, taken)
        highest = np.maximum.accumulate(np.concatenate(([key.replays[group.rtcp].highest], indexes)))
        batch.index[start : group.stop] = indexes
        odd = ~taken | (indexes <= highest[:-1]) if patient else np.ones(len(taken), np.bool_)
        for one in (np.flatnonzero(odd) + start).tolist():
            self._rising(key, group, place, one, batch)
            place = one + 1
            index = int(indexes[one - start])
            if not group.rtcp and taken[one - start]:
                guess, index = index, nearest(key.near, int(batch.columns.sequence[one]))
                if patient and guess != index:  # Two neighbours are too far apart: the others were wrong guesses too.
                    return one, False
            if taken[one - start]:
                self._judge(key, group, one, batch, index)
            elif self._slowly(group, one, batch) and patient:
                return place, True
        self._rising(key, group, place, group.stop, batch)
        return group.stop, False

    def _indexes(self, key: SenderKey, group: Group, start: int, batch: Batch, taken: Flags) -> Ints:
        """Packet indexes where libsrtp took the packet, -1 elsewhere."""
        if group.rtcp:
            return np.where(taken, batch.index[start : group.stop], -1)
        indexes = np.full(group.stop - start, -1, np.int64)
        sequence = batch.columns.sequence[start : group.stop][taken]
        indexes[taken] = extend(sequence, np.zeros(1, np.intp), np.array([key.near]))
        return indexes

    def _rising(self, key: SenderKey, group: Group, start: int, stop: int, batch: Batch) -> None:
        """Settle packets that libsrtp took, whose indexes rise strictly from above all before."""
        rows = slice(start, stop)
        if start < stop:
            key.replays[group.rtcp].note_rising(batch.index[rows], batch.columns.mark[rows], batch.columns.frame[rows])
            batch.fate[rows] = Fate.AUTHENTICATED if key.keys.profile.encrypts else Fate.CLEAR
            batch.key[rows] = key.number
            self._missed = 0

    def _slowly(self, group: Group, place: int, batch: Batch) -> bool:
        """Judge a packet that libsrtp did not take. Whether it shows that libsrtp waits for the wrong ones."""
        wide, now = self._worth_searching(), self._keys[-1]
        packet, before = batch.packet(place), now.near
        index = None if group.rtcp else self._twice(now, group, place, packet, batch)
        if index is not None:
            self._judge(now, group, place, batch, index)
            return False
        try:
            key, opened = self._opened(packet, group.rtcp, wide)
        except ValueError as fault:
            self._fail(place, batch, Fate.FAILED, Why.MALFORMED, str(fault))
            return False
        if opened is None:
            words = "" if self.tally.full else now.tried(packet, rtcp=group.rtcp, wide=wide)
            self._fail(place, batch, Fate.FAILED, Why.WRONG_TAG, words)
            return False
        batch.space.put(place, opened.plain)
        self._judge(key, group, place, batch, opened.index, encrypted=opened.encrypted)
        fresh = key is self._keys[-1] and key is not now
        return fresh or (key is now and key.fast and key.near > before)

    def _twice(self, key: SenderKey, group: Group, place: int, packet: bytes, batch: Batch) -> int | None:
        """The index of a packet that is in this window twice, byte for byte. A capture of several interfaces is full of
        them: they are told without computing a tag."""
        index = nearest(key.near, int(batch.columns.sequence[place]))
        frame = key.replays[False].frame_of(index, int(batch.columns.mark[place]))
        if not frame:
            return None
        first = group.start + int(np.searchsorted(batch.columns.frame[group.start : place], frame))
        genuine = first < place and Fate(batch.fate[first]).genuine
        return index if genuine and batch.packet(first) == packet else None

    def _opened(self, packet: bytes, rtcp: bool, wide: bool) -> tuple[SenderKey, Opened | None]:
        """The packet under one of the sender's keys, or under one that it has from now on."""
        for key in reversed(self._keys):
            opened = key.open(packet, rtcp=rtcp, wide=wide)
            if opened is not None:
                return key, opened
        fit = self._search.fit(self.stream, packet, rtcp=rtcp, thorough=True) if wide else None
        return (self._keys[-1], None) if fit is None else (self._take(fit, rtcp), fit.opened)

    def _judge(
        self, key: SenderKey, group: Group, place: int, batch: Batch, index: int, *, encrypted: bool = True
    ) -> None:
        """Give an authentic packet its fate."""
        frame = int(batch.columns.frame[place])
        fate, first = key.replays[group.rtcp].note(index, int(batch.columns.mark[place]), frame)
        batch.index[place], batch.key[place], self._missed = index, key.number, 0
        if fate is Fate.AUTHENTICATED:
            fate = fate if encrypted and key.keys.profile.encrypts else Fate.CLEAR
        elif fate is Fate.REPLAYED:
            self.tally.note(frame, fate, Why.REPLAY, f"a replay of frame {first}")
        elif fate is Fate.REUSED:
            self.tally.note(frame, fate, Why.INDEX_REUSED, f"its index {index} was that of frame {first}, other bytes")
        else:
            highest = key.replays[group.rtcp].highest
            self.tally.note(frame, fate, Why.INDEX_TOO_OLD, f"its index {index} is too old: {highest} was reached")
        batch.fate[place] = fate

    def _fail(self, place: int, batch: Batch, fate: Fate, why: Why, words: str) -> None:
        batch.fate[place] = fate
        self._missed += 1
        self.tally.note(int(batch.columns.frame[place]), fate, why, words or why.value)
