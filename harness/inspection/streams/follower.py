"""Follows every RTP stream of a capture, window by window, all streams at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from ...vantage.rtp_columns import RtpColumns, big_endian, rtp_columns
from ...vantage.window import NONE, Flags, Ints, Window
from ...wire.rtp import RTP_FIXED_HEADER
from ...wire.srtp import SrtpProfile
from ..sequence import extend, late, spread
from ..stream_key import StreamKey
from ..stream_rows import Places, StreamRows, by_sender, directions
from .srtcp import RtcpFollower
from .states import StreamStates
from .stream import RtpSeen, RtpStream

MAX_STREAMS: Final = 16_384
"""Streams that are followed in one capture: each has its own lines in the report."""
MAX_CSRCS: Final = 32
"""Contributing sources that are kept of one stream; one packet can name 15."""

_REPLAY_LIST: Final = 64
"""Numbers below the highest that are remembered from window to window: a replay list (RFC 3711 section 3.3.2)."""

_PAYLOAD_TYPES: Final = 128

_STATE: Final = np.dtype(
    [
        ("packets", "i8"),
        ("payload_bytes", "i8"),
        ("broken", "i8"),
        ("payload_types", "?", (_PAYLOAD_TYPES,)),
        ("first_frame", "i8"),
        ("last_frame", "i8"),
        ("first_time", "f8"),
        ("last_time", "f8"),
        ("first_sequence", "i8"),
        ("extended", "i8"),
        ("lowest", "i8"),
        ("highest", "i8"),
        ("recent", "u8"),
        ("reordered", "i8"),
        ("repeated", "i8"),
        ("timestamp", "i8"),
        ("ticks", "i8"),
        ("ticks_time", "f8"),
    ]
)


_SHOWN: Final = tuple(
    name for name in _STATE.names or () if name not in {"payload_types", "extended", "recent", "timestamp"}
)


def no_profile(leg: int) -> None:
    """For captures whose handshakes do not tell."""


class StreamFollower:
    """Takes in windows; `result` gives one RtpStream per StreamKey, at most `limit` of each kind."""

    def __init__(self, limit: int = MAX_STREAMS) -> None:
        self._states = StreamStates(limit, _STATE)
        self._rtcp = RtcpFollower(limit)
        self._csrcs: dict[int, dict[int, None]] = {}
        self._more_csrcs: set[int] = set()
        self._beyond = 0

    @property
    def beyond(self) -> int:
        """Datagrams of streams beyond the limit: counted here, and nowhere else."""
        return self._beyond + self._rtcp.beyond

    def add(self, window: Window, rtp: RtpColumns | None = None) -> None:
        """Take in the next window; `rtp` are its RTP columns, when somebody has read them already."""
        self._rtcp.add(window)
        rtp = rtp_columns(window) if rtp is None else rtp
        groups = by_sender(directions(window, rtp.row), rtp.ssrc)
        groups, number, beyond = self._states.known(groups)
        self._beyond += beyond
        if len(groups):
            new = self._states["packets"][number] == 0
            self._count(window, rtp, groups, number)
            self._span(window, rtp, groups, number, new)
            behind = self._sequence(rtp.sequence[groups.order], groups.starts, number, new)
            self._clock(window, rtp, groups, number, behind)
            self._contributing(window, rtp, groups, number)

    def _count(self, window: Window, rtp: RtpColumns, groups: StreamRows, number: Places) -> None:
        state, order, starts = self._states, groups.order, groups.starts
        payload = (window.length[rtp.row] - rtp.header)[order]
        state["packets"][number] += groups.sizes
        state["payload_bytes"][number] += np.add.reduceat(payload, starts)
        if not rtp.sound.all():
            state["broken"][number] += np.add.reduceat((~rtp.sound[order]).astype(np.int64), starts)
        owner = np.repeat(number.astype(np.int64), groups.sizes)
        state["payload_types"][owner, rtp.payload_type[order]] = True

    def _span(self, window: Window, rtp: RtpColumns, groups: StreamRows, number: Places, new: Flags) -> None:
        """Frames and times of the first and last packet of each stream, and where its time stamp begins."""
        first, last = groups.order[groups.starts], groups.order[groups.ends]
        for name, column in (("frame", window.frame), ("time", window.time)):
            self._states[f"first_{name}"][number[new]] = column[rtp.row[first[new]]]
            self._states[f"last_{name}"][number] = column[rtp.row[last]]
        self._states["timestamp"][number[new]] = rtp.timestamp[first[new]]

    def _sequence(self, sequence: Ints, starts: Places, number: Places, new: Flags) -> Flags:
        """Extend the sequence numbers; which packets came later than a higher number."""
        state, size = self._states, len(sequence)
        state["first_sequence"][number[new]] = sequence[starts[new]]
        extended = extend(sequence, starts, np.where(new, sequence[starts], state["extended"][number]))
        highest = np.where(new, extended[starts] - 1, state["highest"][number])
        behind, again = late(extended, starts, highest)
        if behind.any():
            listed = self._remembered(extended, spread(highest, starts, size), spread(number, starts, size))
            again = again | behind & listed
            state["repeated"][number] += np.add.reduceat(again.astype(np.int64), starts)
            state["reordered"][number] += np.add.reduceat((behind & ~again).astype(np.int64), starts)
        lowest = np.minimum.reduceat(extended, starts)
        state["lowest"][number] = np.where(new, lowest, np.minimum(lowest, state["lowest"][number]))
        state["highest"][number] = np.maximum(highest, np.maximum.reduceat(extended, starts))
        state["extended"][number] = extended[np.append(starts[1:], size) - 1]
        self._remember(extended, starts, number, highest)
        return behind

    def _clock(self, window: Window, rtp: RtpColumns, groups: StreamRows, number: Places, behind: Flags) -> None:
        """How far the time stamp went, up to the last packet that came in its place: a replay has an old one."""
        last = groups.ends
        if behind.any():
            last = np.maximum.reduceat(np.where(behind, NONE, np.arange(len(behind))), groups.starts)
            number, last = number[last != NONE], last[last != NONE]
        packet = groups.order[last]
        timestamp, time, state = rtp.timestamp[packet], window.time[rtp.row[packet]], self._states
        state["ticks"][number] += (timestamp - state["timestamp"][number] + 2**31) % 2**32 - 2**31
        state["timestamp"][number], state["ticks_time"][number] = timestamp, time

    def _remembered(self, extended: Ints, highest: Ints, number: Places) -> Flags:
        """Whether each number lies in its stream's replay list of the windows before."""
        ago = highest - extended
        listed = (ago >= 0) & (ago < _REPLAY_LIST)
        bits = self._states["recent"][number] >> np.where(listed, ago, 0).astype(np.uint64)
        marked: Flags = (bits & np.uint64(1)).astype(np.bool_)
        return listed & marked

    def _remember(self, extended: Ints, starts: Places, number: Places, before: Ints) -> None:
        """Move the replay lists up to the new highest numbers, and mark what this window brought."""
        state = self._states
        ahead = state["highest"][number] - before
        kept = np.where(ahead < _REPLAY_LIST, ahead, 0).astype(np.uint64)
        state["recent"][number] = np.where(ahead < _REPLAY_LIST, state["recent"][number] << kept, np.uint64(0))
        ago = spread(state["highest"][number], starts, len(extended)) - extended
        near = np.flatnonzero(ago < _REPLAY_LIST)
        owner = spread(number, starts, len(extended))[near]
        np.bitwise_or.at(state["recent"], owner, np.uint64(1) << ago[near].astype(np.uint64))

    def _contributing(self, window: Window, rtp: RtpColumns, groups: StreamRows, number: Places) -> None:
        row = rtp.row[groups.order]
        counts = np.where(rtp.sound[groups.order], window.data[window.offset[row]] & 0x0F, 0)
        owner = np.repeat(number.astype(np.int64), groups.sizes) if counts.any() else number
        for place in range(int(counts.max(initial=0))):
            named = np.flatnonzero(counts > place)
            at = window.offset[row[named]] + RTP_FIXED_HEADER + 4 * place
            for pair in np.unique(owner[named] << 32 | big_endian(window.data, at, 4)).tolist():
                self._contributor(pair >> 32, pair & 0xFFFF_FFFF)

    def _contributor(self, number: int, csrc: int) -> None:
        known = self._csrcs.setdefault(number, {})
        if csrc not in known and len(known) == MAX_CSRCS:
            self._more_csrcs.add(number)
        else:
            known[csrc] = None

    def result(self, profile: Callable[[int], SrtpProfile | None] = no_profile) -> tuple[RtpStream, ...]:
        """Every stream in the order of its first frame; `profile` gives the SRTP profile of a leg where it is known."""
        keys = dict.fromkeys((*self._states.numbers, *self._rtcp.keys()))
        found = [self._stream(key, profile(key.leg)) for key in keys]
        return tuple(sorted(found, key=lambda stream: stream.first_frame))

    def _stream(self, key: StreamKey, profile: SrtpProfile | None) -> RtpStream:
        return RtpStream(key, self._rtp(key), self._rtcp.seen(key, profile))

    def _rtp(self, key: StreamKey) -> RtpSeen | None:
        number = self._states.numbers.get(key)
        if number is None:
            return None
        return RtpSeen(
            **{name: self._states[name][number].item() for name in _SHOWN},
            last_sequence=int(self._states["extended"][number]) & 0xFFFF,
            payload_types=tuple(np.flatnonzero(self._states["payload_types"][number]).tolist()),
            csrcs=tuple(self._csrcs.get(number, ())),
            more_csrcs=number in self._more_csrcs,
        )
