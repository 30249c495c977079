"""A thief of a session: it was on the path in an earlier call, and has found that call's secrets on a device since.

Where both parties resume the session, it ends DTLS towards either of them without any certificate: the secret stands
for the certificates that were compared when the session was made (RFC 5246 section 7.3, RFC 5763 section 5). Where they
do not, it has to show certificates of its own, as any interceptor who leaves the signalling alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..model.base import Party
from ..wire.certificate import Identity
from ..wire.demux import PacketClass, classify
from ..wire.dtls import associations
from ..wire.keylog import parse_keylog
from .dtls import HONEST, Bend, BentClient, BentLeg, BentServer, Leg, Session
from .dtls_mitm import DtlsMitm, Plan
from .interception import Interception
from .machine import Command, Deed, EarlierDatagram, EarlierKeys, Event

STOLEN: Final = "session-stolen"
OFFERED: Final = "session-offered"

_MOST: Final = 1000
"""Datagrams of DTLS that are kept of earlier calls: a handshake has ten."""


class _Resumption(Interception):
    """An interception in which the interceptor's ends know a session."""

    def __init__(self, identities: Mapping[Party, Identity]) -> None:
        super().__init__(identities)
        self.session: Session | None = None
        self._told: set[Party] = set()

    def _leg(self, party: Party, *, client: bool) -> Leg:
        bend = HONEST if self.session is None else Bend(session=self.session)
        return (BentClient if client else BentServer)(self._identities[party], bend)

    def _start_client(self, party: Party) -> Iterator[Command]:
        offered = self.session is not None and self._sides[party].dtls is None
        yield from super()._start_client(party)
        if offered:
            yield Deed(OFFERED)

    def _spoken(self, party: Party, datagrams: Iterable[bytes]) -> Iterator[Command]:
        yield from super()._spoken(party, datagrams)
        leg = self._sides[party].dtls
        if isinstance(leg, BentLeg) and leg.resumed and leg.established and party not in self._told:
            self._told.add(party)
            yield Deed(resumed_with(party))


class SessionTheft(DtlsMitm):
    """Intercepts the call's first association with the session of the last earlier one."""

    def __init__(self, identities: Mapping[Party, Identity]) -> None:
        super().__init__(Plan(), identities)
        self.required = (STOLEN, OFFERED)
        self._earlier: list[tuple[bool, bytes]] = []
        self._resumption = _Resumption(identities)
        self._interceptions[0] = self._resumption

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, EarlierDatagram):
            if classify(event.data) is PacketClass.DTLS and len(self._earlier) < _MOST:
                self._earlier.append((event.sender is Party.ALICE, event.data))
            return ()
        return self._steal(event.lines) if isinstance(event, EarlierKeys) else super().handle(event)

    def _steal(self, lines: Iterable[str]) -> Iterator[Command]:
        """The id of a session is in clear on the wire, its secret in the log."""
        secrets = parse_keylog("\n".join(lines))
        for one in associations(self._earlier):
            master = secrets.get(one.client_random or b"")
            if master is not None and one.server_hello is not None and one.server_hello.session_id:
                self._resumption.session = Session(one.server_hello.session_id, master)
                yield Deed(STOLEN)


def resumed_with(party: Party) -> str:
    return f"session-resumed-with-{party}"
