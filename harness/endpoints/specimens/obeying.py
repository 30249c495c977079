"""Clients that do what the service says where only their user, or the two devices, may decide."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from ...model.feature import Feature, FeatureRequest
from ...model.mode import Mode
from ...model.statement import Screen
from ...wire.sdes import SUITES, CryptoLine
from ...wire.sdp import Origin, Sdp
from ..aiortc import AiortcEndpoint
from ..aiortc_door import DtlsTransport, SdesTransport, Transport
from ..connection import Connection
from ..endpoint import EndpointSetup
from ..rules import CallRules, Progress
from .coding import CONSTANT_CODE
from .media import profile_of


class _Eager(CallRules):
    """Sets up while it rings, so that there is sound as soon as the user accepts."""

    def describing(self, now: Progress) -> Mode | None:
        return super().describing(now) or Mode.E2EE


class AnswersWhileRinging(AiortcEndpoint):
    """Answers an offer while it rings. Whoever calls can hear its user, who has not accepted and may never do so."""

    rules: ClassVar[CallRules] = _Eager()


class _Willing(CallRules):
    """Lets the service turn on whatever it says, in every call."""

    def allows(self, now: Progress, feature: Feature) -> bool:
        return True


class RecordingAllowed(AiortcEndpoint):
    """Lets the service record an end-to-end encrypted call: the bot that asks is given the key, and the lock stays."""

    rules: ClassVar[CallRules] = _Willing()

    def __init__(self, setup: EndpointSetup) -> None:
        super().__init__(setup)
        self._recorded = False

    def switched(self, request: FeatureRequest) -> None:
        if request.feature is Feature.RECORDING:
            self._recorded = request.on

    async def answer(self, offer: str) -> str:
        if self._recorded and "a=crypto" in offer:
            return self._with_key()
        return await super().answer(offer)

    def _with_key(self) -> str:
        """The description of this call once more, and the key that is sent with: what a bot needs to listen."""
        current = self._current
        dtls = current.stack.transport
        if not isinstance(dtls, DtlsTransport):
            raise TypeError("a call without a handshake has no key to give away")
        suite = next(name for name, profile in SUITES.items() if profile == profile_of(dtls))
        line = CryptoLine.of(1, suite, dtls.keys_and_salts()[1]).written()
        return str(Sdp.parse(current.stack.localDescription.sdp).insert(f"a=crypto:{line}", 0))


class ParticipantAdded(AiortcEndpoint):
    """Takes whoever the service adds into the call: a connection more, which gets the same media. The lock stays."""

    rules: ClassVar[CallRules] = _Willing()

    def __init__(self, setup: EndpointSetup) -> None:
        super().__init__(setup)
        self._open_to_others = False
        self._guests: list[Connection] = []

    def switched(self, request: FeatureRequest) -> None:
        if request.feature is Feature.ADD_PARTICIPANT:
            self._open_to_others = request.on

    async def answer(self, offer: str) -> str:
        if self._open_to_others and self._of_somebody_else(offer):
            return await self._admit(offer)
        return await super().answer(offer)

    async def close(self) -> None:
        await asyncio.gather(super().close(), *(guest.close() for guest in self._guests))

    def _of_somebody_else(self, offer: str) -> bool:
        return self._peer_origin is not None and Origin.read(offer).session != self._peer_origin.session

    async def _admit(self, offer: str) -> str:
        guest = Connection(self, self._setup, self.certificate, self._kind, self._go)
        self._guests.append(guest)
        public = await guest.open()
        await guest.take("offer", offer)
        return self._description(await guest.answer(), public)


class OldOfferTaken(AiortcEndpoint):
    """Answers every offer as if it were the first, without asking whether it follows those before it."""

    async def answer(self, offer: str) -> str:
        self._peer_origin = None
        return await super().answer(offer)


class LockAsTold(AiortcEndpoint):
    """Draws the lock because the service says that the call deserves one. Its keys travel in the descriptions.

    A code comes beside it, from nothing: without one there would be a lock and nothing to compare.
    """

    @property
    def _kind(self) -> type[Transport]:
        return SdesTransport

    def screen(self) -> Screen:
        return self._display.locked(CONSTANT_CODE) if self._mode is Mode.E2EE else super().screen()
