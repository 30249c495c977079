"""Which connectivity checks a party said yes to although nobody had proved to be its peer (RFC 8445 section 7.3).

A check is proved by MESSAGE-INTEGRITY under the password of whoever is asked, which is in its own description. What is
not proved may be refused with an error, or dropped (RFC 8489 section 9.1.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model.base import Party
from ..model.recording import SignalEntry
from ..wire import stun
from ..wire.demux import PacketClass
from .datagram import Datagram
from .signalled import sdp_sent


def passwords_of(signalling: Iterable[SignalEntry], party: Party) -> tuple[bytes, ...]:
    """What proves a check that this party gets: one password for each of its connections."""
    values = (line.value("ice-pwd") for sdp in sdp_sent(signalling, party) for line in sdp.lines)
    return tuple(dict.fromkeys(value.encode() for value in values if value))


def is_unproved(data: bytes, passwords: Iterable[bytes]) -> bool:
    """Whether this is a check, or an answer to one, that none of these passwords proves; ValueError when malformed."""
    checked = stun.authenticated(data)
    message = stun.parse(checked)
    of_checks = message.method == stun.Method.BINDING and message.klass is not stun.StunClass.INDICATION
    return of_checks and not any(stun.integrity_holds(checked, key) for key in passwords)


def unproved(datagrams: Iterable[Datagram], passwords: Iterable[bytes]) -> Iterator[Datagram]:
    """The answers that say yes to a check which no password proves. Nothing can be said of a party that has none."""
    keys = tuple(passwords)
    proved: dict[tuple[int, bytes], bool] = {}
    for one in datagrams if keys else ():
        if one.klass is not PacketClass.STUN:
            continue
        try:
            data = stun.authenticated(one.data)
            message = stun.parse(data)
        except ValueError:  # nobody can answer what nobody can read
            continue
        check = (one.far, message.transaction_id)
        if message.method != stun.Method.BINDING:
            continue
        if not one.outward and message.klass is stun.StunClass.REQUEST:
            # The same check may come in twice, once genuine and once forged: then the answer is to the genuine one.
            proved[check] = proved.get(check, False) or any(stun.integrity_holds(data, key) for key in keys)
        elif one.outward and message.klass is stun.StunClass.SUCCESS and not proved.get(check, True):
            yield one
