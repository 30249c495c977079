"""Where is what people wrote to each other? The service may read it, and it belongs nowhere else in clear.

Chat goes to the service under TLS and not between the devices, so no datagram of the call may hold it; and what passes
through the service has no business on its disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..markers.chat import markers
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.recording import SignalKind
from ..model.voice import Voice, counted
from .case import Case
from .course import said

NAME: Final = "chat"

_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """The lines of each party, by the markers that they carry."""
    written = {party: _written(case, party) for party in Party}
    if not any(written.values()):
        return (_say.fact(Reason.NO_CHAT, CALL_WIDE, "nobody wrote anything"),)
    return tuple(found for party, known in written.items() if known for found in _party(case, party, known))


def _party(case: Case, party: Party, known: frozenset[int]) -> Iterator[Finding]:
    passed = frozenset(one for entry in case.signalling if entry.hop == "service" for one in _in(entry.message.body))
    if known & passed:
        detail = f"what {party} wrote passed the service, which can read it: so it is with every call"
        yield _say.notice(Reason.CHAT_READ_BY_SERVICE, "service", detail)
    if case.service_log is not None and known & frozenset(markers(case.service_log)):
        yield _say.alarm(Reason.CHAT_ON_DISK, "service", f"what {party} wrote is in clear on the disk of the service")
    for leg in case.legs:
        hits = known & frozenset(markers(leg.table.blob))
        if hits:
            detail = f"{counted(len(hits), 'marker')} of what {party} wrote went over the wire in clear"
            yield _say.alarm(Reason.MARKER_ON_WIRE, leg.name, detail)


def _written(case: Case, party: Party) -> frozenset[int]:
    return frozenset(one for message in said(case.signalling, party, SignalKind.CHAT) for one in _in(message.body))


def _in(body: str) -> tuple[int, ...]:
    return markers(body.encode())
