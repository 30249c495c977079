"""What is in media packets: markers that anybody can decode, and markers that take the keys of the call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ..markers.recover import RecoveredMarker, recover
from ..wire import rtp
from ..wire.demux import PacketClass, classify
from ..wire.srtp_session import SrtpOpener
from .holding import Packets

_TAGS: Final = (10, 4, 16)
"""Bytes that SRTP puts behind a packet (RFC 3711, RFC 7714): what is authenticated and not encrypted lies in front."""


@dataclass(frozen=True)
class MediaKey:
    """Master key and salt by which somebody in the call sent. `profile` is IANA's name, of one that encrypts."""

    profile: str
    key_and_salt: bytes = field(repr=False)


@dataclass(frozen=True)
class Looked:
    """(asset, marker) of what packets show without a key, and of what they show with the keys of the call.

    `unexplained` counts the packets of which neither is known: what they hold, nobody can say.
    """

    clear: tuple[tuple[str, int], ...]
    sealed: tuple[tuple[str, int], ...]
    unexplained: int


class LookedAt:
    """Looks at each heap of packets once, whoever holds it. `told`: packets in clear by how they went over the wire, as
    the ends say who give no keys."""

    def __init__(self, keys: Sequence[MediaKey], told: Mapping[bytes, bytes] = MappingProxyType({})) -> None:
        self._keys, self._told = keys, told
        self._known: dict[Packets, Looked] = {}

    def at(self, packets: Packets) -> Looked:
        if packets not in self._known:
            self._known[packets] = self._look([one for one in packets.datagrams if classify(one) is PacketClass.SRTP])
        return self._known[packets]

    def _look(self, media: Sequence[bytes]) -> Looked:
        clear = recover(media)
        decoded = {found.ssrc for found in clear}
        rest = [one for one in media if ssrc_of(one) not in decoded]
        plain, closed = opened((one for one in rest if one not in self._told), self._keys)
        sealed = recover([*plain, *(self._told[one] for one in rest if one in self._told)])
        bare = () if not rest or sealed else _without_tag(rest)
        return Looked(_markers((*clear, *bare)), _markers(sealed), 0 if bare else len(closed))


def opened(media: Iterable[bytes], keys: Iterable[MediaKey]) -> tuple[list[bytes], list[bytes]]:
    """The RTP packets that any of the keys opens, in clear, and the others as they are."""
    openers = [SrtpOpener(one.key_and_salt, one.profile) for one in keys]
    clear: list[bytes] = []
    closed: list[bytes] = []
    for data in media:
        found = next((plain for one in openers if (plain := one.open(data)) is not None), None)
        (closed if found is None else clear).append(data if found is None else found)
    return clear, closed


def ssrc_of(data: bytes) -> int | None:
    """Who sent a packet of RTP; None for one whose header is cut off."""
    try:
        return rtp.parse(data).ssrc
    except ValueError:
        return None


def _without_tag(media: Sequence[bytes]) -> tuple[RecoveredMarker, ...]:
    for size in _TAGS:
        found = recover(data[:-size] for data in media)
        if found:
            return found
    return ()


def _markers(found: Iterable[RecoveredMarker]) -> tuple[tuple[str, int], ...]:
    return tuple((one.asset, one.marker) for one in found)
