"""The moves that are the service's words: what it says in mid-call or too early, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...model.adversary.script import Move
from ...model.adversary.service_moves import ForgeAccept, ForgeInvite, TellMode, WithholdMessage
from ...model.base import Party
from ...model.recording import SignalKind, SignalMessage
from ..forged_acceptance import acceptance
from ..machine import Command, Deed, SendSignal, Signal

Passing = Iterator[Command | SignalMessage]


class Words:
    """Answers with commands, and with the message that goes on. `moves` by the names of their deeds."""

    def __init__(self, moves: Mapping[str, Move]) -> None:
        self._forged = {name: move for name, move in moves.items() if isinstance(move, ForgeAccept)}
        self._invited = {name: move for name, move in moves.items() if isinstance(move, ForgeInvite)}
        self._told = {name: move for name, move in moves.items() if isinstance(move, TellMode)}
        self._withheld = {name: move for name, move in moves.items() if isinstance(move, WithholdMessage)}

    def passing(self, event: Signal) -> Passing:
        message, to = event.message, event.receiver.role
        lies: list[str] = []
        for name, move in self._withheld.items():
            if (move.message, move.towards) == (message.kind, to):
                yield Deed(name)
                return
        for name, told in self._told.items():
            if (message.kind, told.towards) == (SignalKind.ACCEPT, to):
                message = message.model_copy(update={"body": told.mode.value})
                lies.append(name)
        yield message
        if message != event.message:
            # Who is told what is so was not lied to.
            yield from map(Deed, lies)
        if message.kind is SignalKind.RINGING:
            yield from self._accepted("ringing")

    def call_up(self) -> Iterator[Command]:
        yield from self._accepted("up")
        for name, move in self._invited.items():
            to = move.towards.party
            yield SendSignal(to, SignalMessage(kind=SignalKind.INVITE, sender=to.peer, body="audio"))
            yield Deed(name)

    def _accepted(self, when: str) -> Iterator[Command]:
        for name, move in self._forged.items():
            if move.when == when:
                yield SendSignal(Party(move.towards.party), acceptance(move.mode))
                yield Deed(name)
