"""The search for secrets that are divided among packets, in every order in which packets can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ...vantage.rtp_columns import RtpColumns
from ...vantage.window import NONE, Ints, Window
from . import strips
from .groups import Groups, Ordered
from .hit import Spot, Tally
from .records import (
    ELEMENT,
    MESSAGE,
    PACKET,
    PAYLOAD,
    Records,
    Region,
    element_of,
    elements,
    joined,
    packets,
    same_class,
    same_direction,
    sender_of,
)
from .sieve import Sieve

ENOUGH: Final = 16_384
"""Packets that are waited for before they are searched: each search costs the same, whatever it has to look at."""


class Scope(NamedTuple):
    """Records that are read one behind the other: what makes them a group, its leg and its name, and what is read.

    `regions`: looked at place by place; `heads`: into which a secret may go on from the end of the message before.
    """

    group_of: Callable[[Ints], Ints]
    name: Callable[[int], tuple[int, str]]
    regions: tuple[Region, ...] = PACKET
    heads: tuple[Region, ...] = (MESSAGE,)


def _same(stream: Ints) -> Ints:
    return stream


def _stream(stream: int) -> tuple[int, str]:
    leg, sender, way = sender_of(stream)
    return leg, f"packets of {sender}, {way}"


def _class(stream: int) -> tuple[int, str]:
    leg, sender, way = sender_of(stream)
    return leg, f"all packets of {sender.split(' with')[0]}, {way}"


def _direction(stream: int) -> tuple[int, str]:
    leg, _, way = sender_of(stream)
    return leg, f"all packets {way}"


_SCOPES: Final = (
    Scope(_same, _stream, heads=(MESSAGE, PAYLOAD)),
    Scope(same_class, _class),
    Scope(same_direction, _direction),
)
"""From narrow to wide."""
_ELEMENTS: Final = Scope(_same, element_of, ELEMENT, ())


class Divided:
    """Takes in windows; what is found goes into the tally, at the latest with `finish`."""

    def __init__(self, bytewise: Sieve, nibblewise: Sieve, tally: Tally) -> None:
        self._bytewise, self._nibblewise, self._tally = bytewise, nibblewise, tally
        self._groups = [Groups(scope.group_of) for scope in _SCOPES]
        self._of_elements = Groups(_ELEMENTS.group_of)
        self._packets: list[Records] = []
        self._elements: list[Records] = []
        self._unread = 0

    def add(self, window: Window, rtp: RtpColumns) -> None:
        """The next window of the capture."""
        taken, unread = elements(window, rtp)
        self._unread += unread
        self._packets.append(packets(window, rtp))
        self._elements.append(taken)
        if sum(len(records) for records in self._packets) >= ENOUGH:
            self.finish()

    def finish(self) -> None:
        """Search what waits. More windows may follow."""
        if not self._packets:
            return
        waiting, values = joined(self._packets), joined(self._elements)
        self._packets, self._elements = [], []
        narrower = None
        for scope, groups in zip(_SCOPES, self._groups, strict=True):
            ordered = groups.follow(waiting)
            self._search(scope, ordered if narrower is None else ordered.mixed(narrower.group_of))
            narrower = scope
        self._search(_ELEMENTS, self._of_elements.follow(values))

    def shortfalls(self) -> Iterator[str]:
        """Where less was searched than there is."""
        dropped = sum(groups.dropped for groups in (*self._groups, self._of_elements))
        if dropped:
            yield f"{dropped:,} packets of too many senders were not carried over to the next part of the capture"
        if self._unread:
            yield f"{self._unread:,} header extensions were not taken apart to their end"

    def _search(self, scope: Scope, ordered: Ordered) -> None:
        records = ordered.records
        if len(records) < 2:
            return
        found = [strips.search(ordered, scope.regions, self._bytewise, self._nibblewise)]
        found += [strips.adjacent(ordered, head, self._bytewise) for head in scope.heads]
        for split in (one for each in found for one in each):
            leg, name = scope.name(int(records.stream[split.last]))
            frames = int(records.frame[split.first]), int(records.frame[split.last])
            self._tally.add(split.match.form, split.match.xor, Spot(leg, f"{split.place}, {name}"), frames, NONE)
