"""Who is at the far end of a leg: the addresses that the signalling names, and those that proved to be the peer's.

A name in the signalling is a promise. Proof is an answer to a connectivity check, authentic under the password that
the party was told (RFC 8445 section 7.2.5): whoever gives it can read the signalling at least, and receives there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..model.base import Party
from ..model.recording import SignalEntry
from ..wire import stun
from ..wire.demux import PacketClass
from ..wire.sdp import Candidate, Sdp
from .datagram import Datagram
from .leg import Leg
from .signalled import bodies_received, sdp_sent


@dataclass(frozen=True)
class Peer:
    """Addresses as places in the leg's table. `proved` has the frame of each one's first authentic answer.

    `checks`: whether the party was told a password, without which no address can prove anything.
    """

    signalled: frozenset[int]
    proved: Mapping[int, int]
    checks: bool

    def is_stranger(self, address: int) -> bool:
        """Whether neither the signalling nor a check speaks for this address."""
        return address not in self.signalled and address not in self.proved

    def may_get(self, sent: Datagram) -> bool:
        """Whether the party had reason to send media there: a proof before it, or a name where nobody can prove."""
        if self.checks:
            return sent.far in self.proved and self.proved[sent.far] < sent.frame
        return sent.far in self.signalled


def peer_of(leg: Leg, signalling: Iterable[SignalEntry]) -> Peer:
    """The far end of one leg, by what its party was told and what came in."""
    told = [sdp for body in bodies_received(signalling, leg.party) for sdp in _read(body)]
    named = {address for sdp in told for address in _candidates(sdp)}
    passwords = _passwords(told)
    places = frozenset(place for place, address in enumerate(leg.table.addresses) if address in named)
    return Peer(places, dict(_proofs(leg.datagrams, passwords)), bool(passwords))


def told_passwords(signalling: Iterable[SignalEntry], party: Party) -> frozenset[bytes]:
    """What proves an answer to a check of this party."""
    told = (sdp for body in bodies_received(signalling, party) for sdp in _read(body))
    return frozenset(password.encode() for password in _passwords(told))


def was_with_another(leg: Leg, signalling: Sequence[SignalEntry]) -> bool:
    """Whether checks of this leg's party were answered, and none under a password that its peer had ever written."""
    told = _passwords(sdp for body in bodies_received(signalling, leg.party) for sdp in _read(body))
    return bool(peer_of(leg, signalling).proved) and not told & _passwords(sdp_sent(signalling, leg.party.peer))


def _passwords(descriptions: Iterable[Sdp]) -> set[str]:
    return {value for sdp in descriptions for line in sdp.lines if (value := line.value("ice-pwd"))}


def _proofs(datagrams: Iterable[Datagram], passwords: Iterable[str]) -> Iterator[tuple[int, int]]:
    """(address, frame) of the first authentic answer from each address to a check that was sent there."""
    keys = [password.encode() for password in passwords]
    asked: set[tuple[int, bytes]] = set()
    proved: set[int] = set()
    for one in datagrams:
        if one.klass is not PacketClass.STUN or one.far in proved:
            continue
        try:
            data = stun.authenticated(one.data)
            message = stun.parse(data)
            if message.method != stun.Method.BINDING:
                continue
            if one.outward and message.klass is stun.StunClass.REQUEST:
                asked.add((one.far, message.transaction_id))
            elif _answers(one, message, asked) and any(stun.integrity_holds(data, key) for key in keys):
                proved.add(one.far)
                yield one.far, one.frame
        except ValueError:  # it says that it is STUN, and is not
            continue


def _answers(one: Datagram, message: stun.StunMessage, asked: set[tuple[int, bytes]]) -> bool:
    fits = message.klass is stun.StunClass.SUCCESS and (one.far, message.transaction_id) in asked
    return fits and not one.outward


def _candidates(sdp: Sdp) -> Iterator[str]:
    """Addresses of the candidates; a line that is none names nobody."""
    for line in sdp.lines:
        try:
            candidate = Candidate.parse(line.value("candidate") or "")
        except ValueError:
            continue
        yield f"{candidate.address}:{candidate.port}"


def _read(body: str) -> Iterator[Sdp]:
    with suppress(ValueError):
        yield Sdp.parse(body)
