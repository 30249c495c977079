"""The first words with a program: what it is, that it says no when it must, and which call this is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..model.ability import Ability
from ..model.base import MEDIA, Asset
from ..model.datagram import Address, address_text
from ..model.endpoint_protocol import Hello, KnownArguments, MediaForm, Nothing, OpenArguments, Operation
from . import frames
from .behind_leg import BehindLeg
from .behind_turn import BehindTurn
from .dialogue import Dialogue
from .endpoint import EndpointSetup
from .program_sockets import ProgramSockets
from .sockets_told import SocketsTold


@dataclass(frozen=True)
class Opened:
    """A program that takes part in a call, and how its packets are seen."""

    hello: Hello
    sockets: ProgramSockets

    @property
    def listens(self) -> bool:
        """Whether it finds the markers by itself in what it receives."""
        return self.hello.receives is MediaForm.MARKERS


async def introduced(
    dialogue: Dialogue, setup: EndpointSetup, broken: Callable[[str], object], at: str | None = None
) -> Opened:
    """Who it is. Refused or ProgramFailed when it is nobody to make a call with. `at`: where its sockets are anyway."""
    hello = await dialogue.hello()
    if setup.lacks is not None and setup.lacks != frozenset(hello.lacks):
        raise dialogue.broken(
            f"it says that it lacks {_words(hello.lacks)}, and before it was {_words(setup.lacks)}, by which the calls "
            "were chosen"
        )
    if not hello.tells_packets:
        return Opened(hello, in_front_of(setup, broken, at))
    if setup.command:
        setup.as_told()

    def may_use(real: Address) -> None:
        dialogue.tell(Operation.KNOWN, KnownArguments(address=address_text(real)))

    return Opened(hello, SocketsTold(setup, may_use, broken))


def _words(lacks: Iterable[Ability]) -> str:
    return ", ".join(sorted(lacks)) or "nothing"


def in_front_of(setup: EndpointSetup, broken: Callable[[str], object], at: str | None) -> BehindLeg | BehindTurn:
    """What stands between a program that says nothing of its packets, and the network."""
    return BehindLeg(setup, broken, at) if setup.turn is None else BehindTurn(setup, setup.turn, broken)


async def begin(dialogue: Dialogue, setup: EndpointSetup, opened: Opened) -> None:
    """Tell it which call this is."""
    asked = OpenArguments(
        party=setup.party,
        peer_name=setup.peer_name,
        media=setup.media,
        markers={asset: f"{marker:016x}" for asset, marker in setup.markers.items()},
        address=opened.sockets.address,
        code_digits=setup.code_digits,
        voice=setup.voice,
        first_sequence=setup.first_sequence,
        replay_window=setup.replay_window,
        pieces=_pieces(setup, opened.hello.sends),
        peer_shares=setup.peer_shares,
        turn=await opened.sockets.turn_server(),
        keying=setup.keying,
    )
    await dialogue.ask(Operation.OPEN, Nothing, asked)


def _pieces(setup: EndpointSetup, form: MediaForm) -> dict[Asset, tuple[str, ...]]:
    """What it sends in a circle, unless it makes that itself."""
    if form is MediaForm.MARKERS:
        return {}
    make = frames.encoded if form is MediaForm.ENCODED else frames.raw
    made = {asset: make(asset, setup.markers[asset], setup.voice) for asset in MEDIA if asset in setup.markers}
    return {asset: tuple(b64encode(piece).decode() for piece in pieces) for asset, pieces in made.items()}
