"""The E flag and index at the end of every SRTCP packet, found without keys (RFC 3711 section 3.4, RFC 7714 section 9).

The word lies in front of the authentication tag of 80 bits, or at the very end where the tag is the cipher's own. Which
of the two is told by the word that counts: a random one advances by a small step once in 33 million times.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from ...vantage.rtp_columns import big_endian
from ...vantage.window import Ints, Window
from ...wire.demux import PacketClass
from ...wire.rtp import RTCP_HEADER
from ...wire.srtp import SrtpProfile
from ..stream_key import StreamKey
from ..stream_rows import Places, by_sender, directions
from .states import StreamStates

INDEX_BITS: Final = 0x7FFF_FFFF
_STEP: Final = 64
"""The largest step between two packets seen in succession that still counts: more are hardly ever lost at once."""


class SrtcpPlace(IntEnum):
    """Where the word begins, in bytes from the end of the packet."""

    HMAC = 14
    AEAD = 4


def srtcp_place(profile: SrtpProfile) -> SrtcpPlace:
    """Where a profile puts the word; nobody uses a master key identifier (RFC 8827 section 6.5)."""
    return SrtcpPlace.AEAD if "AEAD" in profile.name else SrtcpPlace.HMAC


@dataclass(frozen=True, slots=True)
class SrtcpIndexes:
    """SRTCP of one stream: where the word was found, the first and the highest index, packets with the E flag set.

    `inferred`: no profile said so, the word counts.
    """

    place: SrtcpPlace
    first: int
    highest: int
    encrypted: int
    packets: int
    inferred: bool


@dataclass(frozen=True, slots=True)
class RtcpSeen:
    """RTCP and SRTCP datagrams of one sender: how many, the frame and time of the first and the last, and the indexes.

    `indexes` is None when nothing counts, as in plain RTCP, or in a single packet of an unknown profile.
    """

    datagrams: int
    first_frame: int
    last_frame: int
    first_time: float
    last_time: float
    indexes: SrtcpIndexes | None


_STATE: Final = np.dtype(
    [
        ("datagrams", "i8"),
        ("first_frame", "i8"),
        ("last_frame", "i8"),
        ("first_time", "f8"),
        ("last_time", "f8"),
        # One element for each place.
        ("packets", "i8", (2,)),
        ("encrypted", "i8", (2,)),
        ("first", "i8", (2,)),
        ("last", "i8", (2,)),
        ("highest", "i8", (2,)),
        ("counting", "i8", (2,)),
        ("jumping", "i8", (2,)),
    ]
)


_SHOWN: Final = ("datagrams", "first_frame", "last_frame", "first_time", "last_time")
_PER_PLACE: Final = ("packets", "encrypted", "first", "last", "highest", "counting", "jumping")


def words(window: Window, rows: Places, place: SrtcpPlace) -> Ints:
    """The word of each row at this place; NONE where the row is too short, or not wholly there."""
    found = np.full(len(rows), -1, np.int64)
    whole = (window.length[rows] >= RTCP_HEADER + place) & (window.missing[rows] == 0)
    ends = window.offset[rows[whole]] + window.length[rows[whole]]
    found[whole] = big_endian(window.data, ends - place, 4)
    return found


class RtcpFollower:
    """Counts the RTCP of every sender, and follows its SRTCP index."""

    def __init__(self, limit: int) -> None:
        self._states = StreamStates(limit, _STATE)
        self.beyond = 0
        """Datagrams of senders beyond the limit, which were only counted."""

    def add(self, window: Window) -> None:
        """Take in the next window."""
        rows = window.rows(PacketClass.SRTCP)
        ssrcs = big_endian(window.data, window.offset[rows] + 4, 4)
        groups, number, beyond = self._states.known(by_sender(directions(window, rows), ssrcs))
        self.beyond += beyond
        if not len(groups):
            return
        self._datagrams(
            window, number, groups.sizes, rows[groups.order[groups.starts]], rows[groups.order[groups.ends]]
        )
        ordered, owner = rows[groups.order], np.repeat(number, groups.sizes)
        for column, place in enumerate(SrtcpPlace):
            word = words(window, ordered, place)
            there = word >= 0
            if there.any():
                self._count(column, owner[there], word[there])

    def _datagrams(self, window: Window, number: Places, sizes: Places, first: Places, last: Places) -> None:
        state = self._states
        new = state["datagrams"][number] == 0
        state["datagrams"][number] += sizes
        for name, column in (("frame", window.frame), ("time", window.time)):
            state[f"first_{name}"][number[new]] = column[first[new]]
            state[f"last_{name}"][number] = column[last]

    def keys(self) -> tuple[StreamKey, ...]:
        """Every sender, in the order of first appearance."""
        return tuple(self._states.numbers)

    def seen(self, key: StreamKey, profile: SrtpProfile | None = None) -> RtcpSeen | None:
        """What was seen of one sender; None for one without RTCP.

        A profile, where it is known, says where the SRTCP index is; otherwise it is where the words count.
        """
        number = self._states.numbers.get(key)
        if number is None:
            return None
        return RtcpSeen(
            **{name: self._states[name][number].item() for name in _SHOWN},
            indexes=self._indexes(number, profile),
        )

    def _indexes(self, number: int, profile: SrtpProfile | None) -> SrtcpIndexes | None:
        place = srtcp_place(profile) if profile is not None else self._inferred(number)
        if place is None:
            return None
        column = list(SrtcpPlace).index(place)
        found = {name: int(self._states[name][number, column]) for name in ("first", "highest", "encrypted", "packets")}
        return SrtcpIndexes(place=place, inferred=profile is None, **found) if found["packets"] else None

    def _inferred(self, number: int) -> SrtcpPlace | None:
        """Where the word counts and says that the packet is encrypted: numbers of plain RTCP may rise as well."""
        counting, jumping, encrypted, packets = (
            self._states[name][number] for name in ("counting", "jumping", "encrypted", "packets")
        )
        column = int(np.argmax(counting))
        sure = counting[column] > jumping[column] and 2 * encrypted[column] > packets[column]
        return list(SrtcpPlace)[column] if sure else None

    def _count(self, column: int, number: Places, word: Ints) -> None:
        """Take in words that are sorted by stream."""
        starts = np.flatnonzero(np.diff(number, prepend=-1))
        stream, index = number[starts], word & INDEX_BITS
        state = {name: self._states[name][:, column] for name in _PER_PLACE}
        new = state["packets"][stream] == 0
        state["first"][stream] = np.where(new, index[starts], state["first"][stream])
        step = np.diff(index, prepend=0)
        step[starts] = np.where(new, 0, index[starts] - state["last"][stream])
        counting = (step >= 1) & (step <= _STEP)
        state["packets"][stream] += np.diff(starts, append=len(index))
        state["encrypted"][stream] += np.add.reduceat(word >> 31, starts)
        state["counting"][stream] += np.add.reduceat(counting.astype(np.int64), starts)
        state["jumping"][stream] += np.add.reduceat((~counting & (step != 0)).astype(np.int64), starts)
        state["last"][stream] = index[np.append(starts[1:], len(index)) - 1]
        state["highest"][stream] = np.maximum(state["highest"][stream], np.maximum.reduceat(index, starts))
