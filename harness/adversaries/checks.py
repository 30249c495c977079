"""Connectivity checks as an adversary meets them, and the user names in them (RFC 8445 section 7.2.2)."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from ..model.base import Party
from ..wire import stun
from ..wire.demux import PacketClass, classify
from ..wire.sdp import Sdp
from .machine import Event, PathDatagram, Signal
from .signalling import DESCRIPTIONS

MOST_FRAGMENT: Final = 256
"""Characters of a fragment of a user name (RFC 8839 section 5.4). Longer ones are no names, and fit into no check."""


class CheckNames:
    """On the path a user name is known from the true checks, and in the signalling from the descriptions."""

    def __init__(self) -> None:
        self._names: dict[Party, str] = {}
        self._fragments: dict[Party, str] = {}

    def see(self, event: Event) -> None:
        if isinstance(event, Signal) and event.message.kind in DESCRIPTIONS:
            self._read(event.message.sender, event.message.body)
        check = check_of(event)
        if isinstance(event, PathDatagram) and check is not None and check.username is not None:
            self._names[event.sender.peer] = check.username

    def of(self, party: Party) -> str | None:
        return self._names.get(party)

    def _read(self, party: Party, description: str) -> None:
        """Whoever is asked comes first in a user name."""
        with suppress(ValueError):
            for _, fragment in Sdp.parse(description).values("ice-ufrag"):
                if len(fragment.encode()) <= MOST_FRAGMENT:
                    self._fragments[party] = fragment
        if len(self._fragments) == len(Party):
            self._names |= {one: f"{self._fragments[one]}:{self._fragments[one.peer]}" for one in Party}


def check_of(event: Event) -> stun.StunMessage | None:
    """The connectivity check that is on its way, if it is one and whole."""
    if not isinstance(event, PathDatagram) or classify(event.data) is not PacketClass.STUN:
        return None
    try:
        message = stun.parse(event.data)
        username = message.username
    except ValueError:
        return None
    return message if message.klass is stun.StunClass.REQUEST and username is not None else None
