"""What an endpoint is told and what it can do. Nobody outside this room knows the library behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ..model.ability import Ability
from ..model.base import Asset, Party
from ..model.call import AudioKind
from ..model.datagram import Address, Tap
from ..model.finding import Reason
from ..model.keying import Keying
from ..model.recording import SignalMessage
from ..model.statement import EndpointStatement, Failure
from ..model.turn import TurnServer

MAX_DETAIL: Final = 1000
"""Characters of a failure's sentence: what peers and libraries say is cut to this."""

Advertise = Callable[[str, Address], Awaitable[Address]]
"""(party, real address of a socket) -> the address that others are told, as behind a 1:1 NAT."""


@dataclass(frozen=True)
class ScreenPicture:
    """A real screen, PNG: the `whole` of it, and what anybody may be `shown`, without what people said in the call."""

    whole: bytes
    shown: bytes


@dataclass(frozen=True)
class EndpointSetup:
    """One party's side of one call.

    `markers` holds what this party sends, by asset; an asset of `media` without a marker is negotiated and stays
    silent. `peer_shares`: a screen is to be expected of the peer; `media` names one when either has one to share.
    `address` is the loopback address to bind. `keylog` takes one line in NSS format, without its newline. `memory`
    is what the device keeps from one call to the next; a healthy one keeps nothing. `first_sequence` and
    `replay_window` are None when the stack shall decide. `through_leg` is told when a leg in front of a program
    tells the tap, which does not see what the program may send past it; `as_told` when such a program tells the tap
    itself. `deeds` counts what a client does that
    attacks its peer; others do nothing of the kind. `picture` is given what a real screen shows; the last one
    counts. `plaintext` is given what the endpoint's SRTP layer sealed and opened, as `wire.rtp_dump` reads it, by
    one that can tell. `command` starts a program that somebody else made; for every other endpoint it is empty.
    `lacks`: what that program said before that it cannot do; None where nobody has asked it. `turn` is the server that
    all media go through, and no other way is taken. `keying`: how the keys of an ordinary call are agreed on, where the
    client can do both. `inside`: wait until the network of the device is there, and learn the words in front of a
    command that is to run in it. `within`: what sockets are opened meanwhile are in that network.
    """

    party: Party
    peer_name: str
    media: tuple[Asset, ...]
    markers: Mapping[Asset, int]
    address: str
    advertise: Advertise | None
    tap: Tap
    keylog: Callable[[str], None]
    code_digits: int = 20
    memory: MutableMapping[str, Any] = field(default_factory=dict)
    voice: AudioKind = AudioKind.CHORD
    first_sequence: int | None = None
    replay_window: int | None = None
    through_leg: Callable[[], None] = lambda: None
    as_told: Callable[[], None] = lambda: None
    deeds: Counter[str] = field(default_factory=Counter)
    picture: Callable[[ScreenPicture], None] = lambda _: None
    plaintext: Callable[[bytes], None] = lambda _: None
    command: tuple[str, ...] = ()
    lacks: frozenset[Ability] | None = None
    peer_shares: bool = False
    turn: TurnServer | None = None
    keying: Keying = Keying.SDES
    inside: Callable[[], Awaitable[tuple[str, ...]]] | None = None
    within: Callable[[], AbstractContextManager[None]] = nullcontext

    @property
    def expected(self) -> tuple[Asset, ...]:
        """What shall be heard and seen of the peer."""
        return tuple(asset for asset in self.media if asset is not Asset.SCREEN or self.peer_shares)


class CallFailed(Exception):
    """The call cannot go on at this endpoint. Its statement holds the same reason and detail."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class NoStatement(Exception):
    """This endpoint gives no account of its call; the message says why."""


class Endpoint(Protocol):
    """A client in a call. Create it inside a running event loop; `close` it whatever happened.

    `offer`, `answer` and `accept` raise CallFailed when the peer's description cannot be used, when the call has not
    been accepted yet or is already over, and OSError when no socket can be bound.
    """

    def told(self, message: SignalMessage) -> None:
        """What the service says beside descriptions: an invitation, that it rings, that the call is accepted and its
        mode, features, chat, policies, the end. A callee, too, is told the mode, in answer to its own acceptance.
        """

    def picked_up(self) -> None:
        """The user accepts the call that rings. Nothing of the network may leave the device before that."""

    async def chat(self, text: str) -> str:
        """The user writes this: the line to send. CallFailed when the call is over."""

    async def offer(self) -> str:
        """The caller's first description, once the call is accepted. When it is up: an ICE restart, by either party."""

    async def answer(self, offer: str) -> str:
        """Take an offer, give the SDP to send back. From here on the call, or what it restarts as, may come up."""

    async def accept(self, answer: str) -> None:
        """The last step of who offered. From here on the call, or what it restarts as, may come up."""

    async def connect(self, seconds: float) -> bool:
        """Wait until the call, or its restart, is up or has failed. No result in so many seconds is a failure too."""

    def start_media(self) -> None:
        """Begin to send the markers. Media is received from the moment the call is up."""

    async def wait_heard(self) -> None:
        """Wait until a marker was decoded in every asset, since the last restart. Never returns when one is silent."""

    def introduced(self, name: str) -> None:
        """The signalling says what the other person is called."""

    async def wait_failed(self) -> Failure:
        """Wait until the call has failed or the peer has ended it. Never returns for a call that is simply closed."""

    def statement(self) -> EndpointStatement:
        """This endpoint's account of the call so far; after `close`, the final one. NoStatement when it gives none."""

    async def conclude(self) -> None:
        """The call is about to be ended on both sides: what becomes of it from now on is no failure of it."""

    def certificate_key(self) -> bytes | None:
        """The private key of its certificate (PEM), for attacks with a stolen key; None when it does not give it."""

    async def close(self) -> None:
        """End the call and release every task and socket. May be called again."""


def failure(reason: Reason, detail: str) -> Failure:
    """A failure whose sentence fits, whatever a peer or a library put into it."""
    clean = detail.encode("utf-8", "replace").decode("utf-8")
    return Failure(reason=reason, detail=clean[:MAX_DETAIL])
