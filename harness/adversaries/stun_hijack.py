"""Connectivity checks without the password: they must not move the call, nor change who controls it (RFC 8445).

Every check and every answer is authenticated (RFC 8445 section 7.1.2). What is not, is refused with an error or
dropped, whatever it asks for: to nominate another path, or to give up a role.
"""

from __future__ import annotations

from random import Random
from typing import Final

from ..model.adversary import StunForgery
from ..model.base import Party
from ..wire import stun
from ..wire.demux import PacketClass, classify
from . import craft
from .machine import Event, PathDatagram

_BINDING_REQUEST, _BINDING_ERROR = 0x0001, 0x0111
_USERNAME, _INTEGRITY, _ERROR_CODE, _PRIORITY, _USE_CANDIDATE, _CONTROLLING = 6, 8, 9, 0x24, 0x25, 0x802A
_HIGHEST: Final = b"\x7f\xff\xff\xff"
_ROLE_CONFLICT: Final = b"\0\0\x04\x57Role Conflict"
_UNPROVED: Final = frozenset({StunForgery.NO_INTEGRITY, StunForgery.NO_NOMINATION})
_GUESS: Final = "abcd:efgh"


class StunHijack:
    """Forged checks, all but one kind with USE-CANDIDATE, or forged answers that claim a conflict of roles.

    On the path the user name and the transactions of the true checks are known; beside it they are guessed.
    """

    def __init__(self, forgery: StunForgery, seed: str) -> None:
        self._forgery = forgery
        self._random = Random(seed)
        self._usernames: dict[Party, str] = {}
        self._transactions: dict[Party, bytes] = {}

    def see(self, event: Event) -> None:
        """Remember whom each party's checks name, and the last one that it waits for an answer to."""
        if not isinstance(event, PathDatagram) or classify(event.data) is not PacketClass.STUN:
            return
        try:
            message = stun.parse(event.data)
            username = message.username
        except ValueError:
            return
        if message.klass is stun.StunClass.REQUEST and username is not None:
            self._usernames[event.sender] = username
            self._transactions[event.sender] = message.transaction_id

    def packet(self, to: Party, number: int) -> bytes | None:
        if self._forgery is StunForgery.ROLE_CONFLICT and number % 2:
            known = self._transactions.get(to)
            return craft.stun(_BINDING_ERROR, known or self._transaction(), ((_ERROR_CODE, _ROLE_CONFLICT),))
        username = self._usernames.get(to.peer, _GUESS).encode()
        asked = [(_USERNAME, username), (_PRIORITY, _HIGHEST), (_CONTROLLING, b"\xff" * 8)]
        if self._forgery is not StunForgery.NO_NOMINATION:
            asked.append((_USE_CANDIDATE, b""))
        if self._forgery not in _UNPROVED:
            asked.append((_INTEGRITY, self._random.randbytes(20)))
        return craft.stun(_BINDING_REQUEST, self._transaction(), tuple(asked))

    def _transaction(self) -> bytes:
        return self._random.randbytes(12)
