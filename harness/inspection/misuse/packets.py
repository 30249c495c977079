"""SRTP and SRTCP packets whose index was used before under the same key (RFC 3711 section 9.1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...vantage.rtp_columns import RtpColumns, big_endian
from ...vantage.window import Ints, Window
from ...wire.demux import PacketClass
from ...wire.rtp import RTCP_HEADER
from ..sequence import extend
from ..stream_key import StreamKey
from ..stream_rows import Places, by_sender, directions
from ..streams import SrtcpPlace
from ..streams.srtcp import INDEX_BITS, RtcpFollower, words
from .entry import Entries, entries
from .jumps import JumpFollower, Steps, Times
from .proof import UNKNOWN, Proof
from .watch import Kind, Watches, WatchKey

MAX_TABLES: Final = 24
"""Two and a half megabytes each, once a stream has sent 65,536 packets."""
MAX_WATCHES: Final = 4_096
IDLE: Final = 30.0
"""Seconds without a packet after which a stream gives its table to another."""

_KINDS: Final = {SrtcpPlace.HMAC: Kind.SRTCP, SrtcpPlace.AEAD: Kind.SRTCP_AEAD}


def senders(
    kind: Kind, proven: bool, owners: Ints, ssrcs: Ints, generation: Ints
) -> tuple[Places, list[tuple[WatchKey, slice]]]:
    """The places of all packets sorted by sender and key, and the part of them that each has; columns of one length."""
    groups = by_sender(owners, ssrcs)
    changes = generation[groups.order]
    begins = np.union1d(groups.starts, np.flatnonzero(np.diff(changes)) + 1)
    ends = np.append(begins, len(groups.order))[1:].tolist()
    at = np.searchsorted(groups.starts, begins, "right") - 1
    columns = (groups.owners[at].tolist(), changes[begins].tolist(), groups.ssrcs[at].tolist())
    keys = [WatchKey(kind, proven, *of) for of in zip(*columns, strict=True)]
    return groups.order, [(key, slice(*part)) for key, *part in zip(keys, begins.tolist(), ends, strict=True)]


class RtpReuse:
    """Follows the packet index of every RTP stream: the authenticated one, or without keys an estimate."""

    def __init__(self) -> None:
        self.watches = Watches(MAX_TABLES, MAX_WATCHES, IDLE)
        self.jumps: dict[WatchKey, JumpFollower] = {}
        self.refused = 0
        """Packets that are authentic under no key that is held: they say nothing about the sender."""
        self._extended: dict[WatchKey, int] = {}

    def add(self, window: Window, rtp: RtpColumns, generation: Ints, proof: Proof | None) -> None:
        """Take in the RTP rows of the next window."""
        if not rtp.sound.all():
            rtp = rtp.only(rtp.sound)
        if proof is None:
            self._some(window, rtp, generation, None)
            return
        key = proof.key[rtp.row]
        self.refused += int(np.count_nonzero(key < UNKNOWN))
        for proven, wanted in ((True, key > UNKNOWN), (False, key == UNKNOWN)):
            if wanted.any():
                self._some(window, rtp if wanted.all() else rtp.only(wanted), generation, proof if proven else None)

    def _some(self, window: Window, rtp: RtpColumns, generation: Ints, proof: Proof | None) -> None:
        """Take in packets that all have a proof, or none of which has one."""
        rows = rtp.row
        source = directions(window, rows)
        owners = source if proof is None else proof.key[rows]
        changes = generation[rows] if proof is None else np.zeros(len(rows), np.int64)
        order, parts = senders(Kind.RTP, proof is not None, owners, rtp.ssrc, changes)
        rows, sequence = rows[order], rtp.sequence[order]
        at, time = window.offset[rows], window.time[rows]
        kept = entries(
            window, rows, at + rtp.header[order], at + window.length[rows], rtp.timestamp[order], source[order]
        )
        index = None if proof is None else proof.index[rows]
        for key, part in parts:
            self._packets(key, time[part], kept[part], sequence[part], None if index is None else index[part])

    def _packets(self, key: WatchKey, time: Times, kept: Entries, sequence: Ints, index: Ints | None) -> None:
        watch = self.watches.watch(key, float(time[-1]), len(kept))
        if watch is None:
            return
        if index is None:
            before = self._extended.get(key, int(sequence[0]))
            index = extend(sequence, np.zeros(1, np.intp), np.array([before]))
            self._extended[key] = int(index[-1])
        kinds = watch.add(index, kept)
        jumps = self.jumps.setdefault(key, JumpFollower(key.proven))
        jumps.add(Steps(index, sequence, time, kept["frame"], kept["source"], kinds))


class SrtcpReuse:
    """Follows the SRTCP index of every sender; without keys at both places where it can be, if the E flag is set."""

    def __init__(self) -> None:
        self.watches = Watches(MAX_TABLES, MAX_WATCHES, IDLE)
        self._rtcp = RtcpFollower(MAX_WATCHES)

    def add(self, window: Window, generation: Ints, proof: Proof) -> None:
        """Take in the RTCP rows of the next window."""
        self._rtcp.add(window)
        rows = window.rows(PacketClass.SRTCP)
        key, source = proof.key[rows], directions(window, rows)
        at, none = window.offset[rows], np.zeros(len(rows), np.int64)
        ssrcs = big_endian(window.data, at + 4, 4)
        kept = entries(window, rows, at + RTCP_HEADER, at + window.length[rows], none, source)
        proven = np.flatnonzero(key > UNKNOWN)
        order, parts = senders(Kind.SRTCP, True, key[proven], ssrcs[proven], none[proven])
        self._packets(window, rows, kept, proof.index[rows], proven[order], parts)
        for place, kind in _KINDS.items():
            word = words(window, rows, place)
            chosen = np.flatnonzero((key == UNKNOWN) & (word > INDEX_BITS))
            order, parts = senders(kind, False, source[chosen], ssrcs[chosen], generation[rows[chosen]])
            self._packets(window, rows, kept, word & INDEX_BITS, chosen[order], parts)

    def _packets(
        self,
        window: Window,
        rows: Places,
        kept: Entries,
        index: Ints,
        order: Places,
        parts: list[tuple[WatchKey, slice]],
    ) -> None:
        for key, part in parts:
            mine = order[part]
            watch = self.watches.watch(key, float(window.time[rows[mine[-1]]]), len(mine))
            if watch is not None:
                watch.add(index[mine], kept[mine])

    def counts(self, key: WatchKey) -> bool:
        """Whether the words at this place are an index at all: they rise, as those of plain RTCP do not."""
        if key.proven:
            return True
        seen = self._rtcp.seen(StreamKey(key.owner >> 1, bool(key.owner & 1), key.ssrc))
        return seen is not None and seen.indexes is not None and _KINDS[seen.indexes.place] is key.kind
