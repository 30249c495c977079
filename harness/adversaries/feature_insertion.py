"""A service that acts as if a feature had been granted in a call that cannot have any.

To say so is nothing. What a feature really takes is somebody who holds the media: a bot under keys that the service
knows, or one more device. Both need an offer that the callee takes for one of the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from ..model.base import Party
from ..model.feature import Feature, FeatureRequest
from ..model.recording import SignalKind, SignalMessage
from ..wire.certificate import Identity
from ..wire.sdp import Origin, Sdp
from .machine import CallUp, Command, Deed, Deliver, Event, PathDatagram, SendSignal, Signal, let_pass
from .mode_lies import KEYS_OFFERED, keyed_offer
from .own_device import OwnDevice
from .sdp_rewrite import sdes_line
from .service_processor import ServiceProcessor

ANNOUNCED: Final = "feature-announced"
OFFERED: Final = "own-device-offered"
TAKEN: Final = "offer-answered"

Holder = Literal["nobody", "bot", "device"]
_REQUIRED: Final[Mapping[Holder, tuple[str, ...]]] = {
    "nobody": (ANNOUNCED,),
    "bot": (ANNOUNCED, KEYS_OFFERED),
    "device": (ANNOUNCED, OFFERED),
}


class FeatureInsertion:
    """Once the call is up. What the callee answers to our offer goes no further."""

    reroutes = False

    def __init__(self, feature: Feature, holder: Holder, identities: Mapping[Party, Identity], seed: str) -> None:
        self.required = _REQUIRED[holder]
        self._feature = feature
        self._holder = holder
        self._own_keys = sdes_line(seed)
        self._device = OwnDevice(identities, (Party.BOB,) if holder == "device" else ())
        self._processor = ServiceProcessor()
        self._offer: SignalMessage | None = None
        self._brought = False

    def handle(self, event: Event) -> Iterable[Command]:
        match event:
            case CallUp():
                return self._insert()
            case Signal(message):
                return self._signal(event, message)
            case PathDatagram():
                return self._processor.handle(event) if self._holder == "bot" else let_pass(event)
        return self._device.handle(event)

    def _insert(self) -> Iterator[Command]:
        body = FeatureRequest(feature=self._feature).model_dump_json()
        for party in Party:
            yield SendSignal(party, SignalMessage(kind=SignalKind.FEATURE, sender=party.peer, body=body))
        yield Deed(ANNOUNCED)
        if self._offer is None or self._holder == "nobody":
            return
        self._brought = True
        bot = self._holder == "bot"
        yield SendSignal(Party.BOB, keyed_offer(self._offer, self._own_keys) if bot else self._of_device(self._offer))
        yield Deed(KEYS_OFFERED if bot else OFFERED)

    def _of_device(self, offer: SignalMessage) -> SignalMessage:
        """An offer of another device: its session is its own (RFC 8866 section 5.2)."""
        sdp = self._device.described(Sdp.parse(offer.body), Party.BOB).with_setup("actpass")
        return offer.model_copy(update={"body": Origin.fresh().written(str(sdp))})

    def _signal(self, event: Signal, message: SignalMessage) -> Iterator[Command]:
        if message.kind is SignalKind.OFFER:
            self._offer = message
        if not (self._brought and message.kind is SignalKind.ANSWER):
            yield Deliver(message)
            return
        # Whatever keys the callee gives to a bot are read, and the answer ends here.
        read = self._processor.handle(event)
        yield from (command for command in read if not isinstance(command, Deliver))
        yield Deed(TAKEN)
