"""Does the network show what the taps at the parties' sockets say, and nothing beside it?

Two pairs of eyes that share no code: what a party's own tap wrote down, and what the kernel saw at an interface. With a
TURN server in between, everything has to lie in its channels, for a relay is the only way that was allowed. It never
decides about the call: where the two do not agree, somebody has not looked, and that is never green.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from ..vantage.wire_rows import WireRow, WireRows
from ..wire import stun
from ..wire.demux import PacketClass
from ..wire.stun import Method, StunMessage
from .case import Case
from .leg import Leg

NAME: Final = "network"

_say = Voice(NAME)
_CONTROL: Final = frozenset({Method.ALLOCATE, Method.REFRESH, Method.CREATE_PERMISSION, Method.CHANNEL_BIND})


def audit(case: Case) -> tuple[Finding, ...]:
    """Each capture of an interface by itself; without one there is nothing to compare."""
    if not case.recording.wires:
        if case.recording.network.turn:
            return (_say.inconclusive(Reason.NETWORK_UNSEEN, CALL_WIDE, "nobody listened beside the TURN server"),)
        return (_say.fact(Reason.NOTHING_TO_COMPARE, CALL_WIDE, "nobody listened to the network of this call"),)
    return tuple(found for wire in case.recording.wires for found in _wire(case, wire.name))


def _wire(case: Case, name: str) -> Iterator[Finding]:
    wire = next(one for one in case.recording.wires if one.name == name)
    seen = case.wires.get(name)
    if seen is None:
        why = case.damage.get(name, "it is not there")
        yield _say.inconclusive(Reason.CAPTURE_DAMAGED, name, f"the capture cannot be read: {why}")
        return
    if wire.dropped or seen.packets != wire.packets:
        detail = f"{wire.packets} packets were written and {seen.packets} are there; the kernel dropped {wire.dropped}"
        yield _say.inconclusive(Reason.PACKETS_LOST_BY_TAP, name, detail)
    for sentence in seen.unread:
        yield _say.inconclusive(Reason.NETWORK_UNACCOUNTED, name, sentence)
    if seen.errors:
        detail = f"{counted(seen.errors, 'ICMP packet')}: a host says that it could not deliver"
        yield _say.notice(Reason.NETWORK_UNREAD, name, detail)
    # A tap at a party's line sees that party's side; one beside a relay sees both.
    legs = [leg for leg in case.legs if case.recording.network.turn or name == f"{leg.party}-wire"]
    found = [one for leg in legs for one in _leg(case, leg, name, seen)]
    if case.recording.network.turn:
        found += (*_around(case, name, seen), *_between(case, name, seen))
    else:
        found += [one for leg in legs for one in _untapped(case, leg, name, seen)]
    yield from found
    if not any(one.reason is Reason.NETWORK_UNACCOUNTED for one in found) and not seen.unread:
        kinds = Counter(_kind(row) for row in seen.rows)
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        yield _say.fact(Reason.NETWORK_ACCOUNTED, name, f"every datagram is accounted for: {told}")


def _leg(case: Case, leg: Leg, name: str, seen: WireRows) -> Iterator[Finding]:
    """What the party's tap wrote, against what passed: all that it sent, and at least what it got."""
    mine = [row for row in seen.rows if _belongs(case, leg, row)]
    near = frozenset(leg.vantage.near)
    sent = Counter(one.data for one in leg.datagrams if one.outward)
    got = Counter(one.data for one in leg.datagrams if not one.outward)
    went = Counter(row.data for row in mine if row.source in near)
    came = Counter(row.data for row in mine if row.destination in near)
    for what, missing in (
        (f"that {leg.party} sent by its tap and the network does not show", sent - went),
        (f"that {leg.party} sent by the network and its tap does not show", went - sent),
        (f"that {leg.party} got by its tap and the network does not show", got - came),
    ):
        if missing:
            yield _say.inconclusive(Reason.NETWORK_UNACCOUNTED, name, f"{counted(missing.total(), 'datagram')} {what}")
    unread = (came - got).total()
    if unread:
        # Before a client knows that its channel is bound, and after it has closed, nobody listens there.
        detail = f"{counted(unread, 'datagram')} came to {leg.party} when nobody was listening there yet, or any more"
        yield _say.notice(Reason.NETWORK_UNREAD, name, detail)


def _belongs(case: Case, leg: Leg, row: WireRow) -> bool:
    """Whether this passed the party's side: of a relayed datagram that is where the party's device is an end."""
    if not case.recording.network.turn:
        return bool({row.source, row.destination} & set(leg.vantage.near))
    host = case.recording.devices.get(leg.party)
    return row.carrier is not None and host is not None and host in {end.rpartition(":")[0] for end in row.carrier}


def _around(case: Case, name: str, seen: WireRows) -> Iterator[Finding]:
    """What a device sent, or got, beside the relay that it was to use: everything that is neither in a channel, nor a
    word with the server, nor on the far side of it."""
    devices = {case.recording.devices.get(party) for party in Party}
    servers = _servers(seen, devices)
    beside = [
        row
        for row in seen.rows
        if row.carrier is None and _hosts(row) & devices and not (_with_server(row) or _asks_a_server(row, servers))
    ]
    if beside:
        first = beside[0]
        detail = (
            f"{counted(len(beside), 'datagram')} around the relay, the first one from {first.source} to "
            f"{first.destination} in frame {first.frame} ({first.klass.name})"
        )
        yield _say.inconclusive(Reason.NETWORK_UNACCOUNTED, name, detail)


def _between(case: Case, name: str, seen: WireRows) -> Iterator[Finding]:
    """What reached relayed addresses over the network, against what the parties gave the server to send there."""
    devices = {case.recording.devices.get(party) for party in Party}
    hop = [row for row in seen.rows if row.carrier is None and not (_hosts(row) & devices) and not _with_server(row)]
    given = Counter(row.data for row in seen.rows if row.carrier is not None)
    foreign = (Counter(row.data for row in hop) - given).total()
    if foreign:
        detail = f"{counted(foreign, 'datagram')} for relayed addresses that no party gave the server"
        yield _say.notice(Reason.FOREIGN_DATAGRAM, name, detail)


def _untapped(case: Case, leg: Leg, name: str, seen: WireRows) -> Iterator[Finding]:
    """What a device sent from a socket that its tap knows nothing of, and what came in at no socket of its."""
    host, near = case.recording.devices.get(leg.party), set(leg.vantage.near)
    sent = [row for row in seen.rows if row.source.rpartition(":")[0] == host and row.source not in near]
    came = [row for row in seen.rows if row.destination not in near and row.source not in near]
    if sent:
        detail = f"{counted(len(sent), 'datagram')} of {leg.party} from {sent[0].source}, which its tap does not know"
        yield _say.inconclusive(Reason.NETWORK_UNACCOUNTED, name, detail)
    if len(came) > len(sent):
        detail = f"{counted(len(came) - len(sent), 'datagram')} to no socket of {leg.party}"
        yield _say.notice(Reason.NETWORK_UNREAD, name, detail)


def _hosts(row: WireRow) -> set[str | None]:
    return {row.source.rpartition(":")[0], row.destination.rpartition(":")[0]}


def _with_server(row: WireRow) -> bool:
    """A message that carries something, or one that is about an allocation."""
    return row.carries or _is_control(row)


def _servers(seen: WireRows, devices: Set[str | None]) -> frozenset[str]:
    """With whom the devices speak of allocations, or who carries something for them."""
    ends = {end for row in seen.rows for end in row.carrier or ()}
    ends |= {end for row in seen.rows if _is_control(row) for end in (row.source, row.destination)}
    return frozenset(end for end in ends if end.rpartition(":")[0] not in devices)


def _asks_a_server(row: WireRow, servers: Set[str]) -> bool:
    """A client asks its server where it comes from, and is told (RFC 5389 section 7): no check of an ICE agent, which
    would prove whose it is (RFC 8445 section 7.2.2).
    """
    if not {row.source, row.destination} & servers:
        return False
    said = _message(row)
    return said is not None and said.method == Method.BINDING and said.get("MESSAGE-INTEGRITY") is None


def _is_control(row: WireRow) -> bool:
    said = _message(row)
    return said is not None and said.method in _CONTROL


def _message(row: WireRow) -> StunMessage | None:
    if row.klass is not PacketClass.STUN:
        return None
    try:
        return stun.parse(row.data)
    except ValueError:
        return None


def _kind(row: WireRow) -> str:
    if row.carries:
        return "that carry another one"
    if row.carrier is not None:
        return f"{row.klass.name} in channels"
    return "about allocations" if _is_control(row) else f"{row.klass.name}"


def packets_of(rows: Iterable[WireRow]) -> tuple[bytes, ...]:
    """What lies in nothing else, each once."""
    return tuple(dict.fromkeys(row.data for row in rows if not row.carries))
