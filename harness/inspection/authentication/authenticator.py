"""Authenticates and decrypts every SRTP and SRTCP packet of a capture whose keys are at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.rtp_columns import big_endian
from ...vantage.window import NONE, Bytes, Flags, Ints, Window
from ...wire.demux import PacketClass
from ..keys import KeyedSender
from ..sequence import extend, spread
from ..stream_key import StreamKey
from ..stream_rows import Places
from .columns import MediaColumns, media_columns
from .fate import Fate, SenderProof, Why
from .key_search import KeySearch
from .libsrtp import OK
from .sender import Batch, FollowedSender, Group
from .team import Team

MAX_SENDERS: Final = 4096
"""Senders that are followed in one capture; the packets of others are counted."""

_INDEX: Final = 4
"""Bytes of E flag and SRTCP index."""


_Groups = list[tuple[FollowedSender | None, Group]]
"""Each group with its sender; None when there are too many."""


@dataclass(frozen=True, eq=False)
class Plain:
    """Authentic packets of one sender in one window, decrypted, in order; replays are left out.

    `rows`: their places in `window`. `index`: packet indexes. A packet is `length` bytes of `data` from `offset` on:
    an RTP packet, or RTCP packets, without tag. `data` is only good until the call that it came with returns.
    """

    stream: StreamKey
    rtcp: bool
    window: Window
    rows: Places
    index: Ints
    data: Bytes
    offset: Ints
    length: Ints

    def packet(self, place: int) -> bytes:
        """One of the packets."""
        start = int(self.offset[place])
        return self.data[start : start + int(self.length[place])].tobytes()


@dataclass(frozen=True, eq=False)
class Judged:
    """One element per SRTP or SRTCP packet of a window that the capture holds whole, sorted by sender.

    `row`: place in the window. `fate`: a Fate. `key` numbers the master key under which the packet is authentic, equal
    numbers for equal keys; NONE when it is not. `index`: the packet index that it is authentic with (48 bits for SRTP,
    31 for SRTCP); of others anything.
    """

    row: Places
    fate: Bytes
    index: Ints
    key: Ints


class Authenticator:
    """Give it every window in order; then ask for `result`, and `close` it.

    `candidates` may grow between windows. `sink` is called with what was decrypted, sender by sender. `jobs`: processes
    that share the work, this one among them.
    """

    def __init__(
        self, candidates: Sequence[KeyedSender], sink: Callable[[Plain], None] | None = None, jobs: int = 1
    ) -> None:
        self._candidates, self._sink = candidates, sink
        self._search, self._team = KeySearch(candidates), Team(jobs)
        self._senders: dict[StreamKey, FollowedSender] = {}
        self.not_followed = 0

    def __enter__(self) -> Authenticator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes that help, and forget what is held for them."""
        self._team.close()

    def result(self) -> tuple[SenderProof, ...]:
        """What was found so far of each sender, in the order of their first packets."""
        return tuple(one.proof() for one in self._senders.values())

    @property
    def limits(self) -> tuple[str, ...]:
        """One sentence about each limit that was reached."""
        said = []
        if self.not_followed:
            said.append(f"{self.not_followed} packets of more than {MAX_SENDERS} senders were not authenticated")
        if self._search.given_up:
            said.append("the search for keys was given up: too many packets that none of the keys opens")
        if self._team.lost:
            said.append(f"{self._team.lost} helping processes ended before their time: one process did their work")
        return tuple(said)

    def add(self, window: Window) -> Judged:
        """Authenticate the media packets of one window."""
        columns, cut = media_columns(window)
        self._count_cut(window, cut)
        count = len(columns)
        judged = Judged(columns.row, np.zeros(count, np.uint8), np.zeros(count, np.int64), np.full(count, NONE))
        groups = self._groups(columns)
        if self._candidates and count:
            self._authenticate(groups, window, columns, judged)
        else:
            for sender, group in groups:
                if sender is not None:
                    sender.tally.unknown(group.rtcp, group.stop - group.start, Why.NO_KEY_FITS)
        return judged

    def _authenticate(self, groups: _Groups, window: Window, columns: MediaColumns, judged: Judged) -> None:
        space = self._team.space(len(window.data), len(columns))
        space.load(window.data, columns.offset, columns.length)
        batch = Batch(window, columns, space, judged.fate, judged.index, judged.key)
        runs = [sender.prepare(group, batch) for sender, group in groups if sender is not None]
        self._team.run([run for run in runs if run is not None])
        self._settle(groups, batch)

    def _groups(self, columns: MediaColumns) -> _Groups:
        stops = [*columns.starts.tolist(), len(columns)][1:]
        found = []
        owners = zip(columns.owners.tolist(), columns.ssrcs.tolist(), columns.rtcp.tolist(), strict=True)
        for (owner, ssrc, rtcp), start, stop in zip(owners, columns.starts.tolist(), stops, strict=True):
            sender = self._sender(StreamKey(owner >> 1, bool(owner & 1), ssrc), stop - start)
            found.append((sender, Group(rtcp, start, stop)))
        return found

    def _sender(self, stream: StreamKey, packets: int) -> FollowedSender | None:
        sender = self._senders.get(stream)
        if sender is None:
            if len(self._senders) == MAX_SENDERS:
                self.not_followed += packets
                return None
            sender = FollowedSender(len(self._senders), stream, self._search, self._team)
            self._senders[stream] = sender
        return sender

    def _count_cut(self, window: Window, cut: Places) -> None:
        """A packet whose end is missing may be authentic or not. Its class says that its header is there."""
        for row, ssrc in zip(cut.tolist(), _ssrcs(window, cut).tolist(), strict=True):
            stream = StreamKey(int(window.leg[row]), bool(window.outward[row]), ssrc)
            sender = self._sender(stream, 1)
            if sender is not None:
                sender.tally.unknown(bool(window.klass[row] == PacketClass.SRTCP), 1, Why.CUT_OFF)

    def _settle(self, groups: _Groups, batch: Batch) -> None:
        before = np.array([_before(sender, group.rtcp) for sender, group in groups], np.int64)
        tails = np.array([_tail(sender) for sender, _ in groups], np.int64)
        odd = _guess_indexes(batch, before, tails)
        for (sender, group), strange in zip(groups, odd.tolist(), strict=True):
            if sender is None:
                continue
            sender.settle(group, batch, odd=strange)
            rows = slice(group.start, group.stop)
            sender.tally.count(group.rtcp, batch.fate[rows], batch.index[rows])
            if self._sink is not None:
                self._pass_on(self._sink, sender.stream, group, batch)

    def _pass_on(self, sink: Callable[[Plain], None], stream: StreamKey, group: Group, batch: Batch) -> None:
        fates = batch.fate[group.start : group.stop]
        places = np.flatnonzero((fates == Fate.AUTHENTICATED) | (fates == Fate.CLEAR)) + group.start
        if not len(places):
            return
        space = batch.space
        lengths = space.lengths[places].astype(np.int64)
        rows, index = batch.columns.row[places], batch.index[places]
        sink(Plain(stream, group.rtcp, batch.window, rows, index, space.data, space.offsets[places], lengths))


def _guess_indexes(batch: Batch, before: Ints, tails: Ints) -> Flags:
    """Fill in the index of each packet as if nothing were odd, and say of which groups that is not so: a packet that
    libsrtp did not take, or one that does not lie above all before it."""
    columns = batch.columns
    index = batch.index
    index[:] = extend(columns.sequence, columns.starts, before)
    rtcp = spread(columns.rtcp.astype(np.int64), columns.starts, len(columns)).astype(bool)
    word = (columns.offset + columns.length - _INDEX - spread(tails, columns.starts, len(columns)))[rtcp]
    index[rtcp] = big_endian(batch.window.data, np.maximum(word, 0), _INDEX) & 0x7FFF_FFFF
    step = np.diff(index, prepend=0)
    step[columns.starts] = index[columns.starts] - before
    return np.logical_or.reduceat((step <= 0) | (batch.space.codes[: len(columns)] != OK), columns.starts)


def _before(sender: FollowedSender | None, rtcp: bool) -> int:
    if sender is None or sender.key is None:
        return 0
    return max(0, sender.key.replays[True].highest) if rtcp else sender.key.near


def _tail(sender: FollowedSender | None) -> int:
    """Bytes that lie behind the index in SRTCP: the tag, but not that of an AEAD, which lies before it."""
    return 0 if sender is None or sender.key is None else sender.key.keys.rtcp_tail


def _ssrcs(window: Window, rows: Places) -> Ints:
    at = window.offset[rows] + np.where(window.klass[rows] == PacketClass.SRTCP, 4, 8)
    return big_endian(window.data, at, 4)
