"""The byte account of one capture: what the layers, the rows and the reader say of each byte, added up by leg."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ...model.byte_label import ByteLabel
from ...model.finding import Finding, Reason
from ...model.inspection import ByteRow
from ...model.voice import Voice, counted
from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import NONE, Legs, Window
from ..stream_key import StreamKey
from .dtls import DtlsBytes
from .frames import FrameLayers
from .framing import FramingBytes
from .ledger import MOST_LEGS, Kind, Ledger, Oddity
from .payloads import MOST_STREAMS, Senders
from .rtcp import RtcpBytes
from .rtp import RtpBytes
from .sealing import Sealing
from .stun import StunBytes
from .zrtp import ZrtpBytes

_say = Voice("byte-account")

_INCOMPLETE: Final = Kind(ByteLabel.UNKNOWN, "pieces of a message that never became whole")
_REASONS: Final = {ByteLabel.UNKNOWN: Reason.UNKNOWN_BYTES, ByteLabel.TRAILING: Reason.TRAILING_BYTES}


@dataclass(frozen=True)
class Totals:
    """Bytes by leg and kind. A leg that a TURN server carries is part of the leg that carries it; NONE is no leg."""

    legs: Mapping[int, tuple[ByteRow, ...]]

    @cached_property
    def overall(self) -> tuple[ByteRow, ...]:
        """The rows of all legs, added up."""
        sums: dict[tuple[ByteLabel, str], int] = defaultdict(int)
        for rows in self.legs.values():
            for row in rows:
                sums[row.label, row.detail] += row.bytes
        return _rows(sums)

    @property
    def bytes(self) -> int:
        """All bytes together: the size of the file, when nothing was left out."""
        return sum(row.bytes for row in self.overall)


class ByteAccount:
    """Takes in the windows of one capture in order. Memory grows with legs and senders, up to a bound for both."""

    def __init__(self, most_legs: int = MOST_LEGS, most_streams: int = MOST_STREAMS) -> None:
        self._ledger = Ledger(most_legs)
        self._senders = Senders(most_streams)
        self._frames = FrameLayers(self._ledger)
        self._stun, self._dtls = StunBytes(self._ledger), DtlsBytes(self._ledger)
        self._rtp, self._rtcp = RtpBytes(self._ledger, self._senders), RtcpBytes(self._ledger, self._senders)
        self._others = (FramingBytes(self._ledger), ZrtpBytes(self._ledger))
        self._legs = Legs()

    def add(self, window: Window, rtp: RtpColumns | None = None) -> None:
        """Label every byte of a window. `rtp`: its RTP columns, where somebody has read them already."""
        self._legs = window.legs
        self._ledger.meet(window.legs)
        self._ledger.came_in(window.frame[~window.outward])
        line = self._ledger.lines(window.leg)
        self._frames.add(window, line)
        self._rtp.add(window, rtp_columns(window) if rtp is None else rtp, line)
        for part in (self._rtcp, self._stun, self._dtls, *self._others):
            part.add(window, line)

    def totals(
        self,
        sealing: Callable[[StreamKey], Sealing] = lambda _: Sealing(),
        names: Callable[[int, int], str | None] = lambda leg, number: None,
        *,
        file: int = 0,
        unread: int = 0,
    ) -> Totals:
        """The account. `sealing` says how each stream is protected; what nothing is known of counts as clear.

        `names`: of RTP header extensions, by leg and id. `file`: bytes of the file format around the frames; `unread`:
        bytes of the file that could not be read. Both come from the reader.
        """
        sums: dict[int, dict[tuple[ByteLabel, str], int]] = defaultdict(lambda: defaultdict(int))
        for leg, kind, size in (*self._kinds(sealing), (NONE, Kind(ByteLabel.FILE), file)):
            name = names(leg, kind.extension) if kind.extension is not None else None
            sums[self._carrier(leg)][kind.label, name or kind.detail] += size
        sums[NONE][ByteLabel.UNREAD, ""] += unread
        return Totals({leg: rows for leg in sorted(sums) if (rows := _rows(sums[leg]))})

    def oddities(self) -> tuple[Oddity, ...]:
        """Bytes that nobody can explain, by the leg on which they were seen itself, and by kind."""
        waiting = (Oddity(leg, _INCOMPLETE, size, 0, ()) for leg, size in sorted(self._waiting()))
        return (*self._ledger.oddities(), *waiting)

    def findings(self, name_of_leg: Callable[[int], str], *, own: bool = False) -> tuple[Finding, ...]:
        """One for each leg, direction and kind of unexplained bytes, and one for each limit that was reached.

        All are notices; with `own`, the near end is the one under test, and what it sent itself is an alarm.
        """
        found = []
        for one in self.oddities():
            say = _say.alarm if own and not one.inward else _say.notice
            found.append(say(_REASONS[one.kind.label], name_of_leg(one.leg), _sentence(one)))
        if self._ledger.left_out:
            detail = f"the bytes of {counted(self._ledger.left_out, 'leg')} are counted together, as of no leg"
            found.append(_say.inconclusive(Reason.LIMIT_REACHED, name_of_leg(NONE), detail))
        if self._senders.full:
            detail = f"payloads of more than {self._senders.most} senders are counted together, as of no leg"
            found.append(_say.inconclusive(Reason.LIMIT_REACHED, name_of_leg(NONE), detail))
        return tuple(found)

    def _kinds(self, sealing: Callable[[StreamKey], Sealing]) -> Iterator[tuple[int, Kind, int]]:
        yield from self._ledger.rows()
        for leg, size in self._waiting():
            yield leg, _INCOMPLETE, size
        keys = dict(self._senders.found())
        sealings = {number: sealing(key) if key else Sealing() for number, key in keys.items()}
        for part in (self._rtp, self._rtcp):
            for number, kind, size in part.rows(sealings):
                key = keys[number]
                yield key.leg if key else NONE, kind, size

    def _waiting(self) -> Iterator[tuple[int, int]]:
        return ((leg, size) for leg, size in self._frames.waiting().items() if size > 0)

    def _carrier(self, leg: int) -> int:
        """The leg that carries this one from outside, however many TURN servers are between."""
        seen = 0
        while leg != NONE and self._legs.found[leg].outer != NONE and seen < len(self._legs.found):
            leg, seen = self._legs.found[leg].outer, seen + 1
        return leg


def _rows(sums: Mapping[tuple[ByteLabel, str], int]) -> tuple[ByteRow, ...]:
    """In the order of the labels, and the largest first under each of them."""
    order = {label: place for place, label in enumerate(ByteLabel)}
    entries = sorted(sums.items(), key=lambda one: (order[one[0][0]], -one[1], one[0][1]))
    return tuple(
        ByteRow(label=label, nature=label.nature, bytes=size, detail=detail)
        for (label, detail), size in entries
        if size
    )


def _sentence(one: Oddity) -> str:
    where = f" at {counted(one.places, 'place')}, first in {_frames(one.frames)}" if one.frames else ""
    origin = " from the far end" if one.inward else ""
    return f"{counted(one.bytes, 'byte')} {_PHRASES[one.kind.label]}{origin}: {one.kind.detail}{where}"


_PHRASES: Final = {ByteLabel.UNKNOWN: "of no known meaning", ByteLabel.TRAILING: "behind the end"}


def _frames(numbers: tuple[int, ...]) -> str:
    return f"{'frame' if len(numbers) == 1 else 'frames'} {', '.join(map(str, numbers))}"
