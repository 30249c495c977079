"""The stand on which a program is checked: by itself, or in a call with our own client on loopback."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from ..endpoints.aiortc import AiortcEndpoint
from ..endpoints.dialogue import Dialogue
from ..endpoints.endpoint import Endpoint, EndpointSetup
from ..endpoints.process import ProcessEndpoint
from ..endpoints.program import Program
from ..model.ability import Ability
from ..model.base import Asset, Party
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from ..network.loopback import CallNetwork
from .packets import Counter

NAMES: Final = {Party.ALICE: "Alice", Party.BOB: "Bob"}
FIRST_NETWORK: Final = 50_000
"""Far from where runs begin to count, so that a check and a run at the same time do not meet."""


class Flaw(Exception):
    """What the program does wrong; the message is one sentence about it."""


@dataclass(frozen=True)
class Alone:
    """A program with which nobody has made a call."""

    program: Program
    dialogue: Dialogue


@dataclass(frozen=True)
class Pair:
    """The program and our client in one call. `party` is the program's."""

    party: Party
    program: ProcessEndpoint
    client: Endpoint
    tap: Counter
    markers: dict[Party, dict[Asset, int]]
    keylogs: dict[Party, list[str]]

    @property
    def ends(self) -> dict[Party, Endpoint]:
        return {self.party: self.program, self.party.peer: self.client}

    def accept(self, mode: Mode = Mode.E2EE) -> None:
        """Alice calls, Bob's user accepts, and the service says what kind of call it is."""
        for party, end in self.ends.items():
            if party is Party.BOB:
                end.told(_said(SignalKind.INVITE, Party.ALICE, "audio video"))
                end.picked_up()
            else:
                end.told(_said(SignalKind.RINGING, Party.BOB, ""))
            end.told(_said(SignalKind.ACCEPT, Party.BOB, mode))
            end.introduced(NAMES[party.peer])

    def write(self, text: str) -> None:
        """Our user writes a line."""
        self.program.told(_said(SignalKind.CHAT, self.party.peer, text))

    def hang_up(self) -> None:
        self.program.told(_said(SignalKind.HANGUP, self.party.peer, "the user hung up"))


class Stand:
    """Starts the program anew for each check; nothing of one check reaches the next but what it says that it `lacks`,
    which it must go on saying. None while nobody has asked it.
    """

    def __init__(self, command: tuple[str, ...], media: tuple[Asset, ...]) -> None:
        self.media = media
        self.lacks: frozenset[Ability] | None = None
        self._command = command
        self._networks: Iterator[int] = itertools.count(FIRST_NETWORK + secrets.randbelow(5000))

    def without(self, ability: Ability) -> bool:
        """Whether it says that it lacks this."""
        return ability in (self.lacks or ())

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Alone]:
        program = Program(self._command, lambda event: None, lambda why: None)
        await program.start(os.environ)
        try:
            yield Alone(program, Dialogue(program))
        finally:
            await program.end()

    @asynccontextmanager
    async def call(
        self, party: Party, media: tuple[Asset, ...] | None = None, first_sequence: int | None = None
    ) -> AsyncIterator[Pair]:
        """A call of which nobody has been told yet, with the program as this party. Each sends all of the media."""
        network, tap = CallNetwork(next(self._networks)), Counter()
        media = media or self.media
        markers = {one: {asset: secrets.randbits(64) for asset in media} for one in Party}
        keylogs: dict[Party, list[str]] = {one: [] for one in Party}

        def setup(one: Party) -> EndpointSetup:
            return EndpointSetup(
                party=one,
                peer_name=NAMES[one.peer],
                media=media,
                markers=markers[one],
                address=network.address(one),
                advertise=None,
                tap=tap if one is party else Counter(),
                keylog=keylogs[one].append,
                through_leg=tap.behind_leg if one is party else lambda: None,
                command=self._command if one is party else (),
                lacks=self.lacks if one is party else None,
                peer_shares=Asset.SCREEN in media,
                first_sequence=first_sequence,
            )

        program, client = ProcessEndpoint(setup(party), self._command), AiortcEndpoint(setup(party.peer))
        try:
            yield Pair(party, program, client, tap, markers, keylogs)
        finally:
            for end in (program, client):
                await end.conclude()
            for end in (program, client):
                await end.close()


def _said(kind: SignalKind, sender: Party, body: str) -> SignalMessage:
    return SignalMessage(kind=kind, sender=sender, body=body, name=NAMES[sender])
