"""Genuine packets that a receiver of forgeries would refuse: a forgery had their number first, or ran ahead of them.

Whoever takes a forgery then refuses the genuine packet as a replay (RFC 3711 section 3.3.2), and takes not one packet
too many. Only the reason of its refusals gives that away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..wire.replay_list import ReplayLists, number_of
from .authenticity import Fate, MediaPacket


@dataclass(frozen=True)
class Places:
    """`displaceable`: how many of the genuine packets of one direction it would refuse, at the most.

    `numberless`: how many forgeries are too short to have a number, and can take nobody's place.
    """

    displaceable: int = 0
    numberless: int = 0


NO_PLACES: Final = Places()


def places(judged: Iterable[tuple[MediaPacket, Fate]], rtcp_tail: int) -> Places:
    """Follow both, a receiver that takes every forgery and one that takes none. `rtcp_tail`: bytes behind the index of
    an SRTCP packet."""
    healthy, fooled = ReplayLists(), ReplayLists()
    displaceable = numberless = 0
    for packet, fate in judged:
        number = number_of(packet.klass, packet.data, rtcp_tail)
        if number is None:
            numberless += 1
            continue
        if fate.genuine:
            displaceable += fooled.refuses(number) and not healthy.refuses(number)
            healthy.take(number)
        fooled.take(number)
    return Places(displaceable, numberless)
