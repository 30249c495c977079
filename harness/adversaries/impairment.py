"""A bad network: media packets are lost, reordered, doubled, late, come when they like, or wait for a slow line.

No attack, and what every attack can hide behind. A receiver must neither fail nor call it one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

from ..model.adversary import Ailment
from ..model.base import Party
from .machine import Command, Deed, Forward, PathDatagram
from .media_passing import MediaPassing

IMPAIRED: Final = "packets-impaired"

BLOCK: Final = 8
"""One packet in each block of so many is hit, at a place drawn by chance: any stretch of media gets its share."""

DELAY: Final = 0.18
"""Seconds: above the 150 ms one way that a conversation takes without noticing (ITU-T G.114)."""

JITTER: Final = 0.08
"""Seconds, at most: four packets of audio."""

RATE: Final = 8_000
"""Bytes of datagrams a second that a slow line carries each way: four fifths of one voice of the reference client."""

QUEUE: Final = 0.1
"""Seconds that a packet may have to wait for the line; one that would wait longer is dropped. Five packets of audio: on
a busy machine as many come at once."""


class Impairment(MediaPassing):
    """One ailment, in both directions. Delay, jitter and a slow line concern every packet, the others one in each
    block."""

    required = (IMPAIRED,)

    def __init__(self, ailment: Ailment, seed: str) -> None:
        super().__init__()
        self._ailment = ailment
        self._random = Random(seed)
        self._hit: Counter[Party] = Counter()
        self._overtaken: dict[Party, bytes] = {}
        self._free: dict[Party, float] = {}

    def media(self, event: PathDatagram) -> Iterator[Command]:
        if self._ailment in (Ailment.DELAY, Ailment.JITTER):
            seconds = DELAY if self._ailment is Ailment.DELAY else self._random.uniform(0, JITTER)
            yield from self.held.hold(event.sender.peer, event.data, seconds)
            yield Deed(IMPAIRED)
            return
        if self._ailment is Ailment.RATE:
            yield from self._through_the_line(event)
            return
        overtaken = self._overtaken.pop(event.sender, None)
        if self._chosen(event.sender):
            yield from self._impair(event)
            yield Deed(IMPAIRED)
        else:
            yield Forward(event.sender.peer, event.data)
        if overtaken is not None:
            yield Forward(event.sender.peer, overtaken)

    def _through_the_line(self, event: PathDatagram) -> Iterator[Command]:
        """One packet after the other, each as long as its size takes; what finds the queue full is lost.

        Impaired is what the line was not free for. How full its queue becomes depends on how much a sender sends.
        """
        begins = max(event.time, self._free.get(event.sender, event.time))
        if begins - event.time <= QUEUE:
            self._free[event.sender] = begins + len(event.data) / RATE
            yield from self.held.hold(event.sender.peer, event.data, self._free[event.sender] - event.time)
        if begins > event.time:
            yield Deed(IMPAIRED)

    def _chosen(self, sender: Party) -> bool:
        place = (self.passed[sender] - 1) % BLOCK
        if not place:
            self._hit[sender] = self._random.randrange(BLOCK)
        return place == self._hit[sender]

    def _impair(self, event: PathDatagram) -> Iterator[Command]:
        if self._ailment is Ailment.REORDER:
            self._overtaken[event.sender] = event.data
        elif self._ailment is Ailment.DUPLICATE:
            yield Forward(event.sender.peer, event.data)
            yield Forward(event.sender.peer, event.data)
