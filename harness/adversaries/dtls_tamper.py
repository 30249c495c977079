"""Tampers with the genuine handshake of two parties on its way. The keys stay theirs; what they agree on may not.

Nothing of a handshake is authenticated before Finished, which then covers every message of it (RFC 5246 section 7.4.9);
an alert in clear is anybody's word (RFC 6347 section 4.1.2.7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.adversary import DtlsTampering
from ..model.base import Role
from ..wire.demux import PacketClass, classify
from ..wire.dtls import ContentType
from ..wire.dtls import writer as write
from .dtls.rewriting import contradicting, overlapping, rewritten, rolled_back, without_extended_master_secret
from .machine import CallUp, Command, Deed, Event, Forward, PathDatagram, let_pass

TAMPERED: Final = "handshake-tampered"

_HANDSHAKE_FAILURE: Final = write.alert(2, 40)
_CLOSE_NOTIFY: Final = write.alert(1, 0)

_BEFORE: Final = {DtlsTampering.ALERT_BEFORE: _HANDSHAKE_FAILURE, DtlsTampering.CLOSE_BEFORE: _CLOSE_NOTIFY}
_AFTER: Final = {DtlsTampering.ALERT_AFTER: _HANDSHAKE_FAILURE, DtlsTampering.CLOSE_AFTER: _CLOSE_NOTIFY}
_CHANGES: Final = {
    DtlsTampering.VERSION_ROLLBACK: rolled_back,
    DtlsTampering.EMS_STRIPPED: without_extended_master_secret,
    DtlsTampering.FRAGMENTS_OVERLAP: overlapping,
    DtlsTampering.FRAGMENTS_CONTRADICT: contradicting,
}

_LATE: Final = 40
"""A record number in epoch 0 that no handshake on a clean path comes to."""


class DtlsTamper:
    """Works on what `towards` receives."""

    required = (TAMPERED,)
    reroutes = False

    def __init__(self, tampering: DtlsTampering, towards: Role) -> None:
        self._tampering = tampering
        self._target = towards.party
        self._alerted = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, CallUp) and self._tampering in _AFTER:
            return self._alert(_AFTER[self._tampering], _LATE)
        if not isinstance(event, PathDatagram) or classify(event.data) is not PacketClass.DTLS:
            return let_pass(event)
        if self._tampering in _BEFORE:
            return self._alert_before(event)
        return self._handshake(event) if event.sender is not self._target else let_pass(event)

    def _alert_before(self, event: PathDatagram) -> Iterator[Command]:
        """As soon as the target is in its handshake: right behind the first datagram that it sent or was sent."""
        yield from let_pass(event)
        if not self._alerted:
            self._alerted = True
            yield from self._alert(_BEFORE[self._tampering], sequence=0 if event.sender is self._target else 1)

    def _alert(self, body: bytes, sequence: int) -> Iterator[Command]:
        yield Forward(self._target, write.record(ContentType.ALERT, body, sequence))
        yield Deed(TAMPERED)

    def _handshake(self, event: PathDatagram) -> Iterator[Command]:
        if self._tampering is DtlsTampering.FLIGHTS_REPLAYED:
            yield from (Forward(self._target, event.data), Forward(self._target, event.data), Deed(TAMPERED))
        elif self._tampering in _CHANGES:
            new = rewritten(event.data, _CHANGES[self._tampering])
            yield Forward(self._target, new)
            if new != event.data:
                yield Deed(TAMPERED)
        else:
            yield from let_pass(event)
