"""What an adversary is: a pure machine that is told events and answers with commands.

A machine opens no socket, reads no clock and waits for nothing: time comes with each event (seconds since the epoch),
and whoever wants to be woken starts a timer. The shell (`relay`) carries the commands out, in their order, and only
those that the adversary's position allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from ..model.base import Party
from ..model.datagram import Address
from ..model.recording import SignalMessage
from .grinding import Task


@dataclass(frozen=True, slots=True)
class PathDatagram:
    """A datagram of `sender`, from its real socket `source`, reached the relay on its way to the other party."""

    sender: Party
    data: bytes
    time: float
    source: Address = ("", 0)


@dataclass(frozen=True, slots=True)
class StrangerDatagram:
    """A datagram reached the adversary's own socket, which is no part of the path."""

    source: Address
    data: bytes
    time: float


@dataclass(frozen=True, slots=True)
class Signal:
    """A message of the signalling is on its way. It goes no further unless delivered.

    `to`: None when it goes to the other party; its own sender, when the service answers what has become of it.
    """

    message: SignalMessage
    time: float
    to: Party | None = None

    @property
    def receiver(self) -> Party:
        return self.to or self.message.sender.peer


@dataclass(frozen=True, slots=True)
class Ground:
    """The search that `message` was held for is over: the number of the try that succeeded, None when all failed."""

    message: SignalMessage
    tries: int | None
    time: float


@dataclass(frozen=True, slots=True)
class EarlierSignal:
    """A message that passed the signalling in an earlier call of the same two devices. Told before this call begins."""

    call: int
    message: SignalMessage
    time: float


@dataclass(frozen=True, slots=True)
class EarlierDatagram:
    """A datagram that `sender` sent in an earlier call of the same two devices. Told before this call begins."""

    call: int
    sender: Party
    data: bytes
    time: float


@dataclass(frozen=True, slots=True)
class EarlierKeys:
    """What `party`'s device kept of its DTLS sessions in an earlier call fell into the adversary's hands: the lines of
    a key log (RFC 9850). Told before this call begins."""

    call: int
    party: Party
    lines: tuple[str, ...] = field(repr=False)
    time: float


@dataclass(frozen=True, slots=True)
class Learned:
    """The adversary knows that `party` receives at `address`, a real socket of that party."""

    party: Party
    address: Address
    time: float


@dataclass(frozen=True, slots=True)
class FaceOpened:
    """The relay opened a socket at `face`; what is sent there reaches `real`, a socket of `party`."""

    party: Party
    real: Address
    face: Address
    time: float


@dataclass(frozen=True, slots=True)
class OwnSocketOpened:
    """The adversary's own socket is bound to `address`."""

    address: Address
    time: float


@dataclass(frozen=True, slots=True)
class CallUp:
    """Both parties say that the call is up."""

    time: float


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the machine started has run out."""

    token: str
    time: float


@dataclass(frozen=True, slots=True)
class KeyGiven:
    """The call is over, and the private key of `party`'s certificate (PEM) fell into the adversary's hands."""

    party: Party
    pem: bytes = field(repr=False)
    time: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The call is over; nothing can be sent any more."""

    time: float


Event = (
    PathDatagram
    | StrangerDatagram
    | Signal
    | Ground
    | EarlierSignal
    | EarlierDatagram
    | EarlierKeys
    | Learned
    | FaceOpened
    | OwnSocketOpened
    | CallUp
    | TimerFired
    | KeyGiven
    | Stopped
)


@dataclass(frozen=True, slots=True)
class Forward:
    """Send to `to` out of the relay, so that it seems to come from the other party. Needs the position 'path'."""

    to: Party
    data: bytes


@dataclass(frozen=True, slots=True)
class SendOffPath:
    """Send to `to` out of the adversary's own socket. Needs the position 'off-path' and a learned address.

    `at`: to this address of the party alone, as to one that has just written; else to all that are known.
    """

    to: Party
    data: bytes
    at: Address | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """Let this message go on to whom it goes to. Only in answer to a Signal, once; without it nothing arrives.

    A message that was held for a search is let go in answer to Ground.
    """

    message: SignalMessage


@dataclass(frozen=True, slots=True)
class Grind:
    """Search for a certificate while `message` waits. Only in answer to a Signal, once; Ground follows.

    The search takes seconds of a processor, so the shell has it done elsewhere and the call goes on meanwhile.
    """

    task: Task
    message: SignalMessage


@dataclass(frozen=True, slots=True)
class SendSignal:
    """Bring `to` a message that nobody sent, as if the service had carried it. Needs the position 'signalling'.

    `message.sender` is who the message claims to come from. What the party answers comes back as a Signal.
    """

    to: Party
    message: SignalMessage


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send TimerFired(token) after so many seconds. A running timer of the same token is replaced."""

    token: str
    seconds: float


@dataclass(frozen=True, slots=True)
class WriteDown:
    """Keep these bytes as loot: what the adversary holds of `sender`'s media."""

    sender: Party
    data: bytes


@dataclass(frozen=True, slots=True)
class Deed:
    """Something was really done, `count` times. Emitted after the command that does it.

    The shell does not count it when the kernel did not take what was to be sent in answer to the same event.
    """

    name: str
    count: int = 1


Command = Forward | SendOffPath | Deliver | Grind | SendSignal | StartTimer | WriteDown | Deed


class Machine(Protocol):
    """One adversary. `required` names the deeds without which the attack did not take place.

    `reroutes` is true for a machine that brings the path to itself by rewriting candidates: then the parties are
    told each other's real addresses, and only the machine's change to the signalling leads to the relay.
    """

    @property
    def required(self) -> tuple[str, ...]: ...

    @property
    def reroutes(self) -> bool: ...

    def handle(self, event: Event) -> Iterable[Command]:
        """What to do about an event. The shell carries out every command before it tells the next event."""


def let_pass(event: Event) -> tuple[Command, ...]:
    """What a machine does with an event that it has no plan for: the call goes on as if nobody were there."""
    if isinstance(event, PathDatagram):
        return (Forward(event.sender.peer, event.data),)
    if isinstance(event, Signal):
        return (Deliver(event.message),)
    return ()
