"""Signalling of a one-to-one call, in a process without a network: the messages of docs/calling-service.md.

Each hop remembers what it saw. A service in the hands of an adversary is given a `tamper` function, which may change,
hold or swallow what goes out. What the sender sent and what the receiver got are remembered separately, because only
their comparison shows the change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from ..model.base import Party
from ..model.feature import NOT_NOW, FeatureRefusal, FeatureRequest
from ..model.mode import Mode
from ..model.recording import SignalEntry, SignalKind, SignalMessage

Describe = Callable[[SignalMessage], SignalMessage | None]
"""What the service's media processor makes of an offer or an answer; None for one that it can do nothing with."""

Grant = Callable[[FeatureRequest, Party], str | None]
"""(what a party of an ordinary call asks for, who) -> why it cannot be had, None when it is being done."""

Tamper = Callable[[SignalMessage, Party | None], Awaitable[SignalMessage | None]]
"""(message on its way, its sender when that is whom the service answers) -> what goes out of it, None for nothing."""

Log = Callable[[str], None]
"""Takes one line for the service's disk, without its end."""

Hop = Literal["alice", "service", "bob"]

_DESCRIPTIONS: Final = (SignalKind.OFFER, SignalKind.ANSWER)


def granted(request: FeatureRequest, by: Party) -> str | None:
    """What becomes of a request where there is nothing to do about it."""
    return None


def carried_as_it_is(message: SignalMessage) -> SignalMessage:
    """What becomes of a description where no media processor stands between the two."""
    return message


@dataclass(frozen=True)
class Delivery:
    """A message that reaches a party."""

    to: Party
    message: SignalMessage


class Signalling(Protocol):
    """Whatever carries the messages of one call, and remembers what each hop saw."""

    @property
    def entries(self) -> tuple[SignalEntry, ...]: ...

    def carry(self, message: SignalMessage) -> AsyncIterator[Delivery]:
        """Take a message from its sender. What arrives of it, where it arrives and when."""

    def bring(self, to: Party, message: SignalMessage) -> Delivery:
        """A message that nobody sent reaches a party."""


class CallingService:
    """Carries the messages of one call, whose mode it has decided. `clock` gives seconds since the epoch.

    `describe` and `grant` are the service's media processor, where it stands between the two.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        mode: Mode,
        tamper: Tamper | None = None,
        describe: Describe = carried_as_it_is,
        log: Log = lambda _: None,
        grant: Grant = granted,
    ) -> None:
        self._grant = grant
        self._clock = clock
        self._describe = describe
        self._mode = mode
        self._tamper = tamper
        self._log = log
        self._entries: list[SignalEntry] = []

    @property
    def entries(self) -> tuple[SignalEntry, ...]:
        return tuple(self._entries)

    async def carry(self, message: SignalMessage) -> AsyncIterator[Delivery]:
        """Take a message from its sender. What arrives of it, where it arrives and when."""
        self._saw(message.sender.value, "out", message)
        self._saw("service", "in", message)
        self._log(self.logged(message))
        for to, outgoing in self.outcome(message):
            passed = outgoing if self._tamper is None else await self._tamper(outgoing, _answered(to, message))
            if passed is not None:
                yield self._deliver(to, passed)

    def logged(self, message: SignalMessage) -> str:
        """What an honest service writes on its disk: who said what kind of thing, and never what was said."""
        return f"{self._clock():.3f} {message.sender} {message.kind} {len(message.body)} characters"

    def bring(self, to: Party, message: SignalMessage) -> Delivery:
        """A message that nobody sent reaches a party: only the service itself can do that."""
        return self._deliver(to, message)

    def outcome(self, message: SignalMessage) -> Iterator[tuple[Party, SignalMessage]]:
        """What an honest service tells whom. The callee is told first: the offer comes to it as soon as it may."""
        sender = message.sender
        if message.kind is SignalKind.ACCEPT:
            decided = message.model_copy(update={"body": self._mode.value})
            yield sender, decided.model_copy(update={"name": None})
            yield sender.peer, decided
        elif message.kind in _DESCRIPTIONS:
            described = self._describe(message)
            if described is not None:
                yield sender.peer, described
        elif message.kind is SignalKind.FEATURE:
            answer = self._asked(message)
            yield sender, answer
            if answer.kind is SignalKind.FEATURE:
                yield sender.peer, answer
        else:
            yield sender.peer, message

    def _asked(self, message: SignalMessage) -> SignalMessage:
        """The request itself where it is granted, else the refusal, which names what it refuses."""
        request = FeatureRequest.model_validate_json(message.body)
        if self._mode is not Mode.SERVICE:
            detail = f"{request.feature} is not available in an end-to-end encrypted call."
            return _refused(message, FeatureRefusal(feature=request.feature, detail=detail))
        why = self._grant(request, message.sender)
        if why is None:
            return message
        return _refused(message, FeatureRefusal(feature=request.feature, reason=NOT_NOW, detail=why))

    def _deliver(self, to: Party, message: SignalMessage) -> Delivery:
        answered = _answered(to, message)
        self._saw("service", "out", message, answered)
        self._saw(to.value, "in", message, answered)
        return Delivery(to, message)

    def _saw(
        self, hop: Hop, direction: Literal["in", "out"], message: SignalMessage, answered: Party | None = None
    ) -> None:
        entry = SignalEntry(time=self._clock(), hop=hop, direction=direction, message=message, to=answered)
        self._entries.append(entry)


def _refused(message: SignalMessage, refusal: FeatureRefusal) -> SignalMessage:
    return message.model_copy(update={"kind": SignalKind.FEATURE_REFUSED, "body": refusal.model_dump_json()})


def _answered(to: Party, message: SignalMessage) -> Party | None:
    """Who is told what has become of its own message; None when a message goes to the other party."""
    return to if to is message.sender else None
