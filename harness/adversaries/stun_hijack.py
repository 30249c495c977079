"""Connectivity checks without the password: they must not move the call, nor change who controls it (RFC 8445).

Every check and every answer is authenticated (RFC 8445 section 7.1.2). What is not, is refused with an error or
dropped, whatever it asks for: to nominate another path, or to give up a role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

from ..model.adversary import StunForgery
from ..model.base import Party
from . import craft
from .checks import CheckNames, check_of
from .machine import Command, Deed, Event, Forward, PathDatagram
from .volley import Volley

CONTRADICTED: Final = "checks-contradicted"

_BINDING_REQUEST, _BINDING_ERROR = 0x0001, 0x0111
_USERNAME, _INTEGRITY, _ERROR_CODE, _PRIORITY, _USE_CANDIDATE, _CONTROLLING = 6, 8, 9, 0x24, 0x25, 0x802A
_HIGHEST: Final = b"\x7f\xff\xff\xff"
_ROLE_CONFLICT: Final = b"\0\0\x04\x57Role Conflict"
_UNPROVED: Final = frozenset({StunForgery.NO_INTEGRITY, StunForgery.NO_NOMINATION})
_GUESS: Final = "abcd:efgh"


class StunHijack:
    """Forged checks, all but one kind with USE-CANDIDATE, or forged answers that claim a conflict of roles.

    On the path the user name is known from the true checks, and in the signalling from the descriptions; beside them
    it is guessed, like a transaction.
    """

    def __init__(self, forgery: StunForgery, seed: str) -> None:
        self._forgery = forgery
        self._random = Random(seed)
        self._names = CheckNames()

    def see(self, event: Event) -> None:
        self._names.see(event)

    def packet(self, to: Party, number: int) -> bytes | None:
        if self._forgery is StunForgery.ROLE_CONFLICT and number % 2:
            return role_conflict(self._transaction())
        proof = None if self._forgery in _UNPROVED else self._random.randbytes(20)
        nominating = self._forgery is not StunForgery.NO_NOMINATION
        return forged_check(self._names.of(to), self._transaction(), proof, nominating=nominating)

    def _transaction(self) -> bytes:
        return self._random.randbytes(12)


class RoleConflict:
    """On the path: each true check is answered by a conflict of roles before it can arrive, and forged ones besides.

    An answer that comes behind the true one is to a check that waits no more, and nobody need refuse it.
    """

    reroutes = False

    def __init__(self, volley: Volley) -> None:
        self._volley = volley
        self.required = (*volley.required, CONTRADICTED)

    def handle(self, event: Event) -> Iterable[Command]:
        yield from self._contradicted(event)
        yield from self._volley.handle(event)

    def _contradicted(self, event: Event) -> Iterator[Command]:
        check = check_of(event)
        if isinstance(event, PathDatagram) and check is not None:
            yield Forward(event.sender, role_conflict(check.transaction_id))
            yield Deed(CONTRADICTED)


def forged_check(name: str | None, transaction: bytes, proof: bytes | None, *, nominating: bool = True) -> bytes:
    """A check that claims control, with a guess in the place of a name that is not known, and a proof that is none."""
    asked = [(_USERNAME, (name or _GUESS).encode()), (_PRIORITY, _HIGHEST), (_CONTROLLING, b"\xff" * 8)]
    if nominating:
        asked.append((_USE_CANDIDATE, b""))
    if proof is not None:
        asked.append((_INTEGRITY, proof))
    return craft.stun(_BINDING_REQUEST, transaction, tuple(asked))


def role_conflict(transaction: bytes) -> bytes:
    """An answer that nobody has proved: 487, give up your role (RFC 8445 section 7.2.5.1)."""
    return craft.stun(_BINDING_ERROR, transaction, ((_ERROR_CODE, _ROLE_CONFLICT),))
