"""What strangers sent: which attack on the set-up of a call, or on its media, a leg shows.

Of DTLS only what came in time counts: a ClientHello is in a race with the true handshake (RFC 6347 section 4.2.1), and
alerts, records and pieces of handshakes in clear can pass for the peer's while there are no keys (section 4.1.2.7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Final

from ..model.finding import Reason
from ..wire import stun
from ..wire.demux import PacketClass
from ..wire.dtls import ContentType, HandshakeType, Record, records
from .answered import is_unproved
from .datagram import Datagram
from .leg import Leg
from .peer import Peer

FOREIGN_KINDS: Final = {
    Reason.FOREIGN_CLIENT_HELLO: "ClientHello before any DTLS with the peer",
    Reason.FOREIGN_HANDSHAKE: "handshake message in clear before there were keys",
    Reason.FOREIGN_ALERT: "DTLS alert in clear before there were keys",
    Reason.FOREIGN_RECORD: "record that claims to be protected before there were keys",
    Reason.FOREIGN_CHECK: "connectivity check that no password proves",
    Reason.FOREIGN_MEDIA: "packet of media",
}
"""What each reason counts."""

_BEFORE_KEYS: Final = (Reason.FOREIGN_HANDSHAKE, Reason.FOREIGN_ALERT, Reason.FOREIGN_RECORD)


def foreign_kinds(
    leg: Leg, peer: Peer, foreign: Iterable[Datagram], passwords: Sequence[bytes]
) -> dict[Reason, list[Datagram]]:
    """`foreign`: what strangers sent. `passwords`: those that prove a check to the party. Some are of no kind."""
    with_peer = (one.time for one in leg.datagrams if one.klass is PacketClass.DTLS and not peer.is_stranger(one.far))
    keyed = inf if leg.secured_at is None else leg.secured_at
    until = dict.fromkeys(_BEFORE_KEYS, keyed) | {Reason.FOREIGN_CLIENT_HELLO: next(with_peer, inf)}
    found: dict[Reason, list[Datagram]] = {}
    for one in foreign:
        for kind in dict.fromkeys(_kinds(one, passwords)):
            if one.time < until.get(kind, inf):
                found.setdefault(kind, []).append(one)
    return found


def _kinds(one: Datagram, passwords: Sequence[bytes]) -> Iterator[Reason]:
    if one.klass in (PacketClass.SRTP, PacketClass.SRTCP):
        yield Reason.FOREIGN_MEDIA
    try:
        if one.klass is PacketClass.STUN and _is_unproved_check(one.data, passwords):
            yield Reason.FOREIGN_CHECK
        elif one.klass is PacketClass.DTLS:
            yield from filter(None, map(_kind_of, records(one.data)))
    except ValueError:  # it only pretends to be of its class
        return


def _is_unproved_check(data: bytes, passwords: Sequence[bytes]) -> bool:
    return is_unproved(data, passwords) and stun.parse(stun.authenticated(data)).klass is stun.StunClass.REQUEST


def _kind_of(record: Record) -> Reason | None:
    if record.encrypted:
        return Reason.FOREIGN_RECORD
    if record.content_type is ContentType.ALERT:
        return Reason.FOREIGN_ALERT
    if record.content_type is ContentType.HANDSHAKE and record.fragment:
        hello = record.fragment[0] == HandshakeType.CLIENT_HELLO
        return Reason.FOREIGN_CLIENT_HELLO if hello else Reason.FOREIGN_HANDSHAKE
    return None
