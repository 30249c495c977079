"""Moves that take more than one step: a machine of its own does each, as a guest in the script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ...model.adversary.script import Move
from ...model.adversary.service_moves import ForgeFeature, RingAnother
from ...model.base import Party
from ...model.recording import SignalMessage
from ...wire.certificate import Identity
from ..feature_insertion import FeatureInsertion
from ..machine import Command, Deed, Deliver, Event, Forward, Machine, Signal, StartTimer, TimerFired
from ..second_device import DESCRIBED, LateDevice, OtherDevice

_MARK = "guest "


class Guest:
    """`signs` are the deeds of the machine by which the move of this name has happened.

    What passes the path is the script's to forward, and timers are kept apart from those of the others.
    """

    def __init__(self, name: str, machine: Machine, signs: Iterable[str]) -> None:
        self._name = name
        self._machine = machine
        self._signs = frozenset(signs)

    def signal(self, event: Signal) -> Iterator[Command | SignalMessage]:
        """Commands, and the message that goes on, if any does."""
        for command in self.heed(event):
            yield command.message if isinstance(command, Deliver) else command

    def heed(self, event: Event) -> Iterator[Command]:
        if isinstance(event, TimerFired):
            if not event.token.startswith(self._prefix):
                return
            event = replace(event, token=event.token.removeprefix(self._prefix))
        for command in self._machine.handle(event):
            if isinstance(command, StartTimer):
                yield replace(command, token=f"{self._prefix}{command.token}")
            elif not isinstance(command, Forward):
                yield command
            if isinstance(command, Deed) and command.name in self._signs:
                yield Deed(self._name)

    @property
    def _prefix(self) -> str:
        return f"{_MARK}{self._name} "


def is_for_a_guest(token: str) -> bool:
    return token.startswith(_MARK)


def guests(moves: Mapping[str, Move], identities: Mapping[Party, Identity], seed: str) -> tuple[Guest, ...]:
    """One for each move that needs one, in their order. `moves` by the names of their deeds."""
    return tuple(guest for name, move in moves.items() for guest in _guest(name, move, identities, seed))


def _guest(name: str, move: Move, identities: Mapping[Party, Identity], seed: str) -> Iterator[Guest]:
    if isinstance(move, ForgeFeature):
        insertion = FeatureInsertion(move.feature, move.holder, identities, seed)
        yield Guest(name, insertion, insertion.required[-1:])
    elif isinstance(move, RingAnother) and move.answers == "late":
        yield Guest(name, LateDevice(identities), LateDevice.required)
    elif isinstance(move, RingAnother):
        yield Guest(name, OtherDevice(identities), (f"{DESCRIBED}-{party}" for party in Party))
