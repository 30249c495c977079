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

    @property
    def ends(self) -> dict[Party, Endpoint]:
        return {self.party: self.program, self.party.peer: self.client}

    def accept(self) -> None:
        """Alice calls, Bob's user accepts, and the service says that the call is encrypted from end to end."""
        for party, end in self.ends.items():
            if party is Party.BOB:
                end.told(_said(SignalKind.INVITE, Party.ALICE, "audio video"))
                end.picked_up()
            else:
                end.told(_said(SignalKind.RINGING, Party.BOB, ""))
            end.told(_said(SignalKind.ACCEPT, Party.BOB, Mode.E2EE))
            end.introduced(NAMES[party.peer])

    def hang_up(self) -> None:
        self.program.told(_said(SignalKind.HANGUP, self.party.peer, "the user hung up"))


class Stand:
    """Starts the program anew for each check; nothing of one check reaches the next."""

    def __init__(self, command: tuple[str, ...], media: tuple[Asset, ...]) -> None:
        self.media = media
        self._command = command
        self._networks: Iterator[int] = itertools.count(FIRST_NETWORK + secrets.randbelow(5000))

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Alone]:
        program = Program(self._command, lambda event: None, lambda why: None)
        await program.start(os.environ)
        try:
            yield Alone(program, Dialogue(program))
        finally:
            await program.end()

    @asynccontextmanager
    async def call(self, party: Party) -> AsyncIterator[Pair]:
        """A call of which nobody has been told yet, with the program as this party."""
        network, tap = CallNetwork(next(self._networks)), Counter()
        markers = {one: {asset: secrets.randbits(64) for asset in self.media} for one in Party}

        def setup(one: Party) -> EndpointSetup:
            return EndpointSetup(
                party=one,
                peer_name=NAMES[one.peer],
                media=self.media,
                markers=markers[one],
                address=network.address(one),
                advertise=None,
                tap=tap if one is party else Counter(),
                keylog=lambda line: None,
                through_leg=tap.behind_leg if one is party else lambda: None,
                command=self._command if one is party else (),
            )

        program, client = ProcessEndpoint(setup(party), self._command), AiortcEndpoint(setup(party.peer))
        try:
            yield Pair(party, program, client, tap, markers)
        finally:
            for end in (program, client):
                await end.conclude()
            for end in (program, client):
                await end.close()


def _said(kind: SignalKind, sender: Party, body: str) -> SignalMessage:
    return SignalMessage(kind=kind, sender=sender, body=body, name=NAMES[sender])
