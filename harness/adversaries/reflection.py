"""The caller meets itself: its offer comes back as the answer, or its fingerprint in it, or packets beside the peer's.

In a protocol whose two directions had one key, what a party sent would be authentic to itself (RFC 3711 section 9.1);
and a code that did not care who called whom would be right when one talks to oneself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Party
from ..model.recording import SignalKind, SignalMessage
from ..wire.demux import PacketClass, classify
from ..wire.sdp import Line, Sdp
from .machine import Command, Deed, Deliver, Event, Forward, PathDatagram, SendSignal, Signal, let_pass
from .signalling import changed

OFFER_REFLECTED: Final = "offer-reflected"
FINGERPRINT_REFLECTED: Final = "fingerprint-reflected"
PACKETS_REFLECTED: Final = "packets-reflected"

_MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})


class OfferReflection:
    """Answers the caller's offer with the offer itself. The callee never hears of the call."""

    required = (OFFER_REFLECTED,)
    reroutes = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.kind is SignalKind.OFFER:
            offer = event.message
            # An answer may not leave the DTLS role open (RFC 8842 section 5.3).
            body = str(Sdp.parse(offer.body).with_setup("active"))
            answer = SignalMessage(kind=SignalKind.ANSWER, sender=Party.BOB, body=body)
            return (SendSignal(Party.ALICE, answer), Deed(OFFER_REFLECTED))
        return let_pass(event)


class FingerprintReflection:
    """Gives the caller her own fingerprints as the callee's. Everything else of the answer is the callee's."""

    required = (FINGERPRINT_REFLECTED,)
    reroutes = False

    def __init__(self) -> None:
        self._of_caller: tuple[str, ...] = ()

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.kind is SignalKind.OFFER:
            offered = Sdp.parse(event.message.body).fingerprints()
            self._of_caller = tuple(dict.fromkeys(f"a=fingerprint:{one}" for one in offered))
        elif isinstance(event, Signal) and event.message.kind is SignalKind.ANSWER and self._of_caller:
            return (Deliver(changed(event.message, self._reflected)), Deed(FINGERPRINT_REFLECTED))
        return let_pass(event)

    def _reflected(self, sdp: Sdp) -> Sdp:
        """Where a level of the answer has fingerprints, the caller's are there instead."""
        seen: set[int | None] = set()

        def replaced(line: Line) -> tuple[str, ...]:
            if line.value("fingerprint") is None:
                return (line.text,)
            first = line.level not in seen
            seen.add(line.level)
            return self._of_caller if first else ()

        return sdp.rewrite(replaced)


class PacketReflection:
    """Sends each media packet on, and back to where it came from."""

    required = (PACKETS_REFLECTED,)
    reroutes = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram) and classify(event.data) in _MEDIA:
            return self._both_ways(event)
        return let_pass(event)

    def _both_ways(self, event: PathDatagram) -> Iterator[Command]:
        yield Forward(event.sender.peer, event.data)
        yield Forward(event.sender, event.data)
        yield Deed(PACKETS_REFLECTED)
