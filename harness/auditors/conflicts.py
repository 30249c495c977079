"""What a party made of checks and answers that no password proves: did it refuse them, and did it keep its ICE role?

A conflict of roles is an answer 487, and whoever gets a proved one takes the other role (RFC 8445 section 7.2.5.1). An
answer without proof is as if it had never come (RFC 8489 section 9.1.4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from ..wire import stun
from ..wire.demux import PacketClass
from .answered import is_unproved
from .datagram import Datagram

_CONFLICT: Final = 487


def refused_checks(datagrams: Sequence[Datagram], passwords: Collection[bytes]) -> Counter[int | None]:
    """How many checks that none of these passwords proves were refused, by the error code; None: nothing came back."""
    asked: dict[tuple[int, bytes], int | None] = {}
    for one, message in _readable(datagrams) if passwords else ():
        check = (one.far, message.transaction_id)
        if not one.outward and message.klass is stun.StunClass.REQUEST and is_unproved(one.data, passwords):
            asked.setdefault(check, None)
        elif one.outward and message.klass is stun.StunClass.SUCCESS:
            asked.pop(check, None)
        elif one.outward and message.klass is stun.StunClass.ERROR and check in asked:
            asked[check] = message.error_code
    return Counter(asked.values())


def forged_conflicts(datagrams: Sequence[Datagram], passwords: Collection[bytes]) -> list[Datagram]:
    """The conflicts of roles that came in and that none of these passwords proves."""
    return [one for one in _conflicts(datagrams) if passwords and is_unproved(one.data, passwords)]


def role_given_up(
    datagrams: Sequence[Datagram], forged: Collection[Datagram], passwords: Collection[bytes]
) -> int | None:
    """The frame from which on the party asks in another role, when only forged conflicts had come in by then.

    A check of its peer in the same role is a conflict, too, of which the party itself may be the one to give way (RFC
    8445 section 7.3.1.1), where one of these passwords proves it.
    """
    known = {one.frame for one in forged}
    role: bool | None = None
    told = False
    for one, message in _readable(datagrams):
        asks, controlling = message.klass is stun.StunClass.REQUEST, _controlling(message)
        same = asks and controlling is role is not None and not is_unproved(one.data, passwords)
        if one.frame in known:
            told = True
        elif not one.outward and (_is_conflict(message) or same):
            return None
        elif one.outward and asks and controlling is not None:
            if told and role is not None and controlling is not role:
                return one.frame
            role = controlling
    return None


def _conflicts(datagrams: Sequence[Datagram]) -> Iterator[Datagram]:
    return (one for one, message in _readable(datagrams) if not one.outward and _is_conflict(message))


def _is_conflict(message: stun.StunMessage) -> bool:
    return message.klass is stun.StunClass.ERROR and message.error_code == _CONFLICT


def _controlling(message: stun.StunMessage) -> bool | None:
    """Whether its sender believes to be controlling; None when it does not say."""
    if message.get("ICE-CONTROLLING") is not None:
        return True
    return None if message.get("ICE-CONTROLLED") is None else False


def _readable(datagrams: Sequence[Datagram]) -> Iterator[tuple[Datagram, stun.StunMessage]]:
    """What is a check or an answer to one, and can be read as far as somebody may vouch for it."""
    for one in datagrams:
        if one.klass is not PacketClass.STUN:
            continue
        try:
            message = stun.parse(stun.authenticated(one.data))
            _ = message.error_code
        except ValueError:
            continue
        if message.method == stun.Method.BINDING:
            yield one, message
