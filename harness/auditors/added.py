"""What somebody put in who is not the peer, by its kind: from the path as well, where the address is the peer's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ..model.finding import Reason
from ..wire import rtp, stun
from ..wire.demux import PacketClass
from ..wire.dtls import ContentType, Record, records
from .answered import is_unproved
from .datagram import Datagram

ADDED_KINDS: Final = {
    Reason.ADDED_ALERT: "DTLS alert in clear",
    Reason.ADDED_HANDSHAKE: "handshake message in clear",
    Reason.ADDED_RECORD: "record that claims to be protected",
    Reason.ADDED_CHECK: "connectivity check, or answer to one, that no password proves",
    Reason.ADDED_MALFORMED: "form that no protocol of a call allows",
}
"""What each reason counts."""

LONGEST: Final = 1500
"""Bytes of a datagram that an Ethernet frame carries whole; nothing of a call is longer."""

_MEDIA: Final = (PacketClass.SRTP, PacketClass.SRTCP)


def added_kinds(added: Iterable[Datagram], passwords: Sequence[bytes]) -> dict[Reason, list[Datagram]]:
    """`passwords`: those that prove a check, or the answer to one, to the party. Some datagrams are of no kind."""
    found: dict[Reason, list[Datagram]] = {}
    for one in added:
        for kind in dict.fromkeys(_kinds(one, passwords)):
            found.setdefault(kind, []).append(one)
    return found


def _kinds(one: Datagram, passwords: Sequence[bytes]) -> Iterator[Reason]:
    try:
        if len(one.data) > LONGEST or not _is_well_formed(one):
            yield Reason.ADDED_MALFORMED
        elif one.klass is PacketClass.DTLS:
            yield from filter(None, map(_kind_of, records(one.data)))
        elif one.klass is PacketClass.STUN and is_unproved(one.data, passwords):
            yield Reason.ADDED_CHECK
    except ValueError:
        yield Reason.ADDED_MALFORMED


def _is_well_formed(one: Datagram) -> bool:
    """Whether it may be what it begins like; ValueError when not even that can be read."""
    if one.klass is PacketClass.SRTP:
        return len(one.data) > rtp.parse(one.data).header_length
    if one.klass is PacketClass.SRTCP:
        # The first header stays in clear, and names a length of its own packet (RFC 3711 section 3.4).
        return rtp.RTCP_HEADER <= rtp.parse_rtcp(one.data).size < len(one.data)
    if one.klass is PacketClass.STUN:
        stun.parse(one.data)
    return one.klass in (PacketClass.STUN, PacketClass.DTLS, *_MEDIA)


def _kind_of(record: Record) -> Reason | None:
    if record.encrypted:
        return Reason.ADDED_RECORD
    if record.content_type is ContentType.ALERT:
        return Reason.ADDED_ALERT
    return Reason.ADDED_HANDSHAKE if record.content_type is ContentType.HANDSHAKE else None
