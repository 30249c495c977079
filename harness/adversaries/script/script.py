"""Carries a script out. Each move that really happened is a deed, and a script happened when every move of it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from ...model.adversary.script import Inject, Intercept, Move, OnPackets
from ...model.base import Party
from ..certificate import Identity
from ..dtls_mitm import DtlsMitm, Plan
from ..interception import PRESENTED
from ..machine import (
    CallUp,
    Command,
    Deed,
    EarlierSignal,
    Event,
    Learned,
    OwnSocketOpened,
    PathDatagram,
    Signal,
    TimerFired,
    let_pass,
)
from .descriptions import Descriptions
from .forgeries import Forgeries
from .packets import Packets


def deed(number: int, move: Move) -> str:
    """What the ground truth calls a move that happened: the n-th of the script, from 1."""
    return f"move-{number}-{move.do}"


class Script:
    """One call's moves. `identities` holds the certificate to present to each party, and to name in its signalling.

    What a party sends passes the moves on packets first, and then the interceptor, if there is one.
    """

    reroutes = False

    def __init__(self, moves: Sequence[Move], identities: Mapping[Party, Identity], seed: str) -> None:
        named = {deed(number, move): move for number, move in enumerate(moves, 1)}
        self.required = tuple(named)
        self._packets = Packets({name: move for name, move in named.items() if isinstance(move, OnPackets)})
        self._forgeries = Forgeries(
            {name: move for name, move in named.items() if isinstance(move, Inject)}, Random(seed)
        )
        self._descriptions = Descriptions(named, identities, seed)
        self._intercepting, self._interceptor = _interceptor(named, identities)

    def handle(self, event: Event) -> Iterable[Command]:
        match event:
            case PathDatagram():
                return self._datagram(event)
            case Signal(message):
                return self._descriptions.signal(message)
            case EarlierSignal(_, message):
                self._descriptions.remember(message)
            case OwnSocketOpened(address):
                self._descriptions.own_address = address
            case Learned(party):
                return (*self._intercepted(event), *self._forgeries.learned(party))
            case CallUp():
                return (*self._descriptions.call_up(), *self._forgeries.call_up())
            case TimerFired(token):
                return self._fired(event, token)
        return ()

    def _datagram(self, event: PathDatagram) -> Iterator[Command]:
        yield from self._onward(self._packets.passing(event))
        yield from self._forgeries.seen(event)

    def _onward(self, passing: Iterable[Command | PathDatagram]) -> Iterator[Command]:
        for one in passing:
            if isinstance(one, PathDatagram):
                yield from self._intercepted(one) if self._interceptor is not None else let_pass(one)
            else:
                yield one

    def _fired(self, event: TimerFired, token: str) -> Iterable[Command]:
        if token.startswith(Packets.TIMER):
            return self._onward(self._packets.fired(token))
        if token.startswith(Descriptions.TIMER):
            return self._descriptions.fired(token)
        return self._intercepted(event)

    def _intercepted(self, event: Event) -> Iterator[Command]:
        if self._interceptor is None:
            return
        for command in self._interceptor.handle(event):
            yield command
            if isinstance(command, Deed) and command.name == PRESENTED:
                yield Deed(self._intercepting)


def _interceptor(named: Mapping[str, Move], identities: Mapping[Party, Identity]) -> tuple[str, DtlsMitm | None]:
    for name, move in named.items():
        if isinstance(move, Intercept):
            return name, DtlsMitm(Plan(restart=move.association > 1), identities)
    return "", None
