"""Does the way to the calling service show anything but TLS? Signalling, chat, files and presence all go there.

The service may read what people write; nobody between it and them may. Every byte of every connection must belong to
a TLS record, from the first handshake on (RFC 8446 section 5.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.recording import ServiceLeg
from ..model.voice import Voice, counted
from ..vantage.tcp import Connection
from ..wire.tls import TlsContent, read_stream
from .case import Case

NAME: Final = "service-path"
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each party's way by itself."""
    legs = case.recording.service_legs
    if not legs:
        detail = "the service was in the same process: its messages passed no network"
        return (_say.fact(Reason.SERVICE_PATH_NONE, CALL_WIDE, detail),)
    return tuple(finding for leg in legs for finding in _leg(case, leg))


def _leg(case: Case, leg: ServiceLeg) -> Iterator[Finding]:
    connections = case.service_connections.get(leg.name)
    if connections is None:
        why = case.damage.get(leg.name, "its capture was not read")
        yield _say.inconclusive(Reason.SERVICE_PATH_UNSEEN, leg.name, why)
        return
    if (lost := _lost(leg, connections)) is not None:
        yield _say.inconclusive(Reason.SERVICE_PATH_UNSEEN, leg.name, lost)
        return
    clear = [said for number, one in enumerate(connections, 1) for said in _clear(leg, number, one)]
    for detail in clear:
        yield _say.alarm(Reason.SERVICE_PATH_CLEAR, leg.name, detail)
    if not clear:
        yield _say.fact(Reason.SERVICE_PATH_SEALED, leg.name, _sealed(connections))


def _lost(leg: ServiceLeg, connections: tuple[Connection, ...]) -> str | None:
    """Why the capture is not all that passed; None when it is."""
    if not connections:
        return f"{leg.party} never connected to the service"
    seen = len(connections), sum(len(one.sent) for one in connections), sum(len(one.received) for one in connections)
    passed = leg.connections, leg.sent, leg.received
    if seen == passed:
        return None
    names = ("connections", "bytes sent", "bytes received")
    return "the capture lacks something: " + ", ".join(
        f"{captured} of {counted} {name}"
        for name, captured, counted in zip(names, seen, passed, strict=True)
        if captured != counted
    )


def _clear(leg: ServiceLeg, number: int, connection: Connection) -> Iterator[str]:
    for who, data in ((str(leg.party), connection.sent), ("the service", connection.received)):
        stream = read_stream(data)
        if not stream.sound:
            yield f"connection {number}: what {who} sent is not TLS to its last byte: {stream.problem}"


def _sealed(connections: tuple[Connection, ...]) -> str:
    streams = [read_stream(data) for one in connections for data in (one.sent, one.received)]
    sealed = sum(stream.bytes_of(TlsContent.APPLICATION_DATA) for stream in streams)
    total = sum(stream.rest for stream in streams)
    return f"all {total} bytes of {counted(len(connections), 'connection')} are TLS, {sealed} of them application data"
