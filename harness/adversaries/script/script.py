"""Carries a script out. Each move that really happened is a deed, and a script happened when every move of it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from ...model.adversary.script import Inject, Intercept, Move, OnPackets
from ...model.base import Party
from ...model.recording import SignalMessage
from ...wire.certificate import Identity
from ..dtls_mitm import DtlsMitm, Plan
from ..interception import PRESENTED
from ..machine import (
    CallUp,
    Command,
    Deed,
    Deliver,
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
from .guests import guests, is_for_a_guest
from .packets import Packets
from .words import Words


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
        self._words = Words(named)
        self._guests = guests(named, identities, seed)
        self._intercepting, self._interceptor = _interceptor(named, identities)

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal):
            return self._signal(event)
        heeded = (command for guest in self._guests for command in guest.heed(event))
        return (*self._handled(event), *heeded)

    def _handled(self, event: Event) -> Iterable[Command]:
        match event:
            case PathDatagram():
                return self._datagram(event)
            case EarlierSignal(_, message):
                self._descriptions.remember(message)
            case OwnSocketOpened(address):
                self._descriptions.own_address = address
            case Learned(party):
                return (*self._intercepted(event), *self._forgeries.learned(party))
            case CallUp():
                return (*self._descriptions.call_up(), *self._words.call_up(), *self._forgeries.call_up())
            case TimerFired(token):
                return self._fired(event, token)
        return ()

    def _signal(self, event: Signal) -> Iterator[Command]:
        """A message passes the words first, then the moves on descriptions, then the guests, one after the other."""
        self._forgeries.heard(event)
        for one in self._words.passing(event):
            if isinstance(one, SignalMessage):
                yield from self._described(event, one)
            else:
                yield one

    def _described(self, event: Signal, message: SignalMessage) -> Iterator[Command]:
        for command in self._descriptions.signal(message):
            if isinstance(command, Deliver):
                yield from self._past_guests(replace(event, message=command.message))
            else:
                yield command

    def _past_guests(self, event: Signal) -> Iterator[Command]:
        for guest in self._guests:
            passing = None
            for one in guest.signal(event):
                if isinstance(one, SignalMessage):
                    passing = one
                else:
                    yield one
            if passing is None:
                return
            event = replace(event, message=passing)
        yield Deliver(event.message)

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
        if is_for_a_guest(token):
            return ()
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
