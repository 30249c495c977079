"""A name that is not the sender's: the certificates are genuine, the person is another one.

Whoever passes another one's offer on under its own name stands between nobody's keys: both ends share them and show the
same code, and each believes to talk to somebody else (unknown key share, RFC 8844 section 3).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..model.adversary import IdentityForgery as Noun
from ..model.base import Role
from .machine import Command, Deed, Deliver, Event, Signal, let_pass


class IdentityForgery:
    """Gives the sender of each description another name, towards those who are to be deceived."""

    reroutes = False

    def __init__(self, noun: Noun) -> None:
        self.required = tuple(forged(role) for role in noun.towards)
        self._name = noun.name
        self._towards = frozenset(noun.towards)

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, Signal) or event.message.name is None:
            return let_pass(event)
        deceived = event.message.sender.peer.role
        if deceived not in self._towards:
            return let_pass(event)
        return (Deliver(event.message.model_copy(update={"name": self._name})), Deed(forged(deceived)))


def forged(role: Role) -> str:
    """The deed of deceiving this role."""
    return f"name-forged-towards-{role}"
