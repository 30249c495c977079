"""The memory of the processes of one call, searched while it is up and when its ends are gone.

What is looked for comes from what the call has left on the disk by then: the key logs, and the packets that they open.
It stays in this process, and nobody who is searched is told of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .auditors.leg import Leg
from .model.base import Asset, Party
from .model.memory import Holder, MemorySearch, SearchTime, Sighting, Sought
from .network.process_memory import ours, search
from .vantage import table
from .vantage.capture import CaptureError
from .vantage.sieve import SHORTEST, Sieve
from .vantage.tap import LegTap
from .wire import rtp
from .wire.demux import PacketClass
from .wire.keylog import parse_session_secrets
from .wire.srtp import PROFILES
from .wire.srtp_kdf import session_keys
from .wire.srtp_session import SrtpOpener

MOST_PAYLOADS: Final = 24
"""Packets of each direction, the last ones, whose clear payload is looked for: older ones lie in no buffer any more."""

_PIECE: Final = 24
"""Bytes of a clear payload that are looked for, after the first ones, which are alike in every packet."""

_ALIKE: Final = 8

Needles = dict[Sought, dict[str, bytes]]


@dataclass(frozen=True)
class Suspect:
    """A process of the call: its number, asked for when it is searched, and a word that it was told."""

    name: str
    holder: Holder
    pid: Callable[[], int]
    word: bytes = b""


class LiveMemory:
    """`during` the call and `after` it; `searches` is then what was found.

    `legs` gives, at any time, each party's leg as far as it is on the disk.
    """

    def __init__(
        self, legs: Callable[[], Sequence[Leg]], tokens: Mapping[Party, str], suspects: Sequence[Suspect]
    ) -> None:
        self.searches: tuple[MemorySearch, ...] = ()
        self._legs, self._tokens, self._suspects = legs, tokens, suspects
        self._ran = False

    async def during(self) -> None:
        """Everybody heard each other, and the call is up."""
        self._ran = True
        await self._search(SearchTime.DURING, tuple(Holder))

    async def after(self) -> None:
        """The endpoints are gone. Of a call that never came so far there is nothing to search for."""
        if self._ran:
            await self._search(SearchTime.AFTER, (Holder.INTERMEDIARY,))

    async def _search(self, when: SearchTime, holders: tuple[Holder, ...]) -> None:
        chosen = [one for one in self._suspects if one.holder in holders]
        # In a thread of its own: the call goes on meanwhile.
        self.searches += await asyncio.to_thread(self._searched, when, chosen)

    def _searched(self, when: SearchTime, chosen: Sequence[Suspect]) -> tuple[MemorySearch, ...]:
        needles = needles_of(self._legs(), self._tokens)
        return tuple(searched(one, when, needles) for one in chosen)


def searched(suspect: Suspect, when: SearchTime, needles: Needles) -> MemorySearch:
    """One search of one process, whatever comes of it."""
    every = {**needles, Sought.OWN_WORD: {"own word": suspect.word} if suspect.word else {}}
    kinds = {name: sought for sought, named in every.items() for name in named}
    pid, problem = 1, None
    done = sieve = None
    try:
        sieve = Sieve({name: needle for named in every.values() for name, needle in named.items()})
        pid = suspect.pid()
        done = search(ours(pid), sieve)
    except (OSError, ValueError) as error:
        problem = str(error)[:300]
    return MemorySearch(
        process=suspect.name,
        holder=suspect.holder,
        pid=pid,
        when=when,
        regions=0 if done is None else done.regions,
        searched=0 if done is None else done.searched,
        unread=0 if done is None else done.unread,
        needles={sought: len(named) for sought, named in every.items()},
        sightings=()
        if done is None or sieve is None
        else tuple(
            Sighting(needle=name, sought=kinds[name], times=times, mapping=done.where[name])
            for name, times in sorted(sieve.found.items())
        ),
        problem=problem,
    )


def leg_so_far(tap: LegTap, keylog: Sequence[str]) -> Leg | None:
    """A party's leg from a capture that is still being written, in whole blocks; None when it cannot be read."""
    vantage = tap.so_far()
    try:
        return Leg(vantage, table.read(tap.path, vantage.near), parse_session_secrets("\n".join(keylog)))
    except (CaptureError, ValueError):
        return None


def needles_of(legs: Sequence[Leg], tokens: Mapping[Party, str]) -> Needles:
    """What an intermediary must not have, by name; the same bytes under one name only."""
    keys = {name: needle for leg in legs for name, needle in _keys(leg)}
    content = {name: needle for leg in legs for name, needle in _payloads(leg)}
    content |= {f"{Asset.CHAT} of {party}": token.encode() for party, token in tokens.items()}
    return {Sought.KEY: _distinct(keys), Sought.CONTENT: _distinct(content)}


def _distinct(named: Mapping[str, bytes]) -> dict[str, bytes]:
    names: dict[bytes, str] = {}
    for name, needle in named.items():
        if len(needle) >= SHORTEST:
            names.setdefault(needle, name)
    return {name: needle for needle, name in names.items()}


def _keys(leg: Leg) -> Iterator[tuple[str, bytes]]:
    """The secret of each handshake of a leg, and everything that SRTP makes of it (RFC 5764 section 4.2, RFC 3711)."""
    for number, keys in enumerate(leg.keys, 1):
        whose = f"of {leg.party} {number}"
        yield f"secret {whose}", keys.master_secret
        for way, key in (("out", keys.outward), ("in", keys.inward)):
            profile = PROFILES[key.profile]
            yield f"master key {way} {whose}", key.key_and_salt[: profile.key]
            yield f"master salt {way} {whose}", key.key_and_salt[profile.key :]
            for kind, rtcp in (("srtp", False), ("srtcp", True)):
                made = session_keys(profile, key.key_and_salt, rtcp=rtcp)
                yield f"{kind} cipher key {way} {whose}", made.cipher
                if profile.rtp_tag and "GCM" not in profile.name:
                    yield f"{kind} authentication key {way} {whose}", made.auth


def _payloads(leg: Leg) -> Iterator[tuple[str, bytes]]:
    """What the party said in its last packets, in clear as whoever has the keys has it."""
    openers = [SrtpOpener(keys.outward.key_and_salt, keys.outward.profile) for keys in leg.keys]
    sent = [one.data for one in leg.datagrams if one.outward and one.klass is PacketClass.SRTP]
    number = 0
    for packet in sent[-MOST_PAYLOADS:]:
        clear = next((opened for one in openers if (opened := one.open(packet)) is not None), None)
        payload = b"" if clear is None else clear[rtp.parse(clear).header_length :]
        piece = payload[_ALIKE : _ALIKE + _PIECE]
        if len(piece) == _PIECE and len(set(piece)) > _PIECE // 2:
            number += 1
            yield f"media of {leg.party} {number}", piece
