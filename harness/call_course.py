"""The course of one call: offer and answer, media, an ICE restart perhaps, messages that come unasked, the end."""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from .calling.signalling import CallingService
from .endpoints.endpoint import CallFailed, Endpoint
from .model.base import Party
from .model.finding import Reason
from .model.recording import SignalKind, SignalMessage
from .model.scenario import Call

NAMES = {Party.ALICE: "Alice", Party.BOB: "Bob"}
"""What the directory of the calling service says people are called."""


class CallCourse:
    """Two endpoints and the service between them. `call_up` is told when both are connected."""

    def __init__(
        self,
        call: Call,
        endpoints: Mapping[Party, Endpoint],
        service: CallingService,
        call_up: Callable[[], None],
    ) -> None:
        self._call = call
        self._endpoints = endpoints
        self._service = service
        self._call_up = call_up
        self._unasked: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Set up and talk. A call that fails is a result, not an error."""
        watchers = [asyncio.create_task(self._hang_up_when_failed(party)) for party in Party]
        try:
            if not await self._negotiate(Party.ALICE):
                # Whoever called waits all the same, and who answers may be somebody else.
                await self._endpoints[Party.ALICE].connect(self._call.setup_seconds)
            elif await self._connected():
                self._call_up()
                await self._talk()
        finally:
            await cancelled(*watchers, *self._unasked)

    def bring(self, to: Party, message: SignalMessage) -> None:
        """A message that the other party did not send reaches `to`, which treats it like any other."""
        self._service.bring(to, message)
        task = asyncio.create_task(self._received(to, message))
        self._unasked.add(task)
        task.add_done_callback(self._unasked.discard)

    async def _talk(self) -> None:
        """Media flows for the time the scenario asks for, and on until each has heard the other; a failure ends it.

        The second part is for machines that are slow, so that a verdict never hangs on how busy one is.
        """
        if not self._call.seconds:
            return
        for endpoint in self._endpoints.values():
            endpoint.start_media()
        failures: list[asyncio.Task[Any]] = [asyncio.create_task(one.wait_failed()) for one in self._endpoints.values()]
        talking = asyncio.create_task(self._until_heard())
        try:
            await asyncio.wait({*failures, talking}, return_when=FIRST_COMPLETED)
        finally:
            await cancelled(*failures, talking)

    async def _until_heard(self) -> None:
        """The time of the call, with its restart, and then patience until each party has heard the other."""
        first = self._call.restart_after
        if first is not None:
            await asyncio.sleep(first)
            await self._restart()
        await asyncio.sleep(self._call.seconds - (first or 0))
        try:
            async with asyncio.timeout(self._call.patience):
                await asyncio.gather(*(endpoint.wait_heard() for endpoint in self._endpoints.values()))
        except TimeoutError:
            return

    async def _restart(self) -> None:
        """The caller restarts ICE, as clients do when their network changes (RFC 8445 section 2.4)."""
        if await self._negotiate(Party.ALICE):
            await self._connected()

    async def _connected(self) -> bool:
        timeout = self._call.setup_seconds
        return all(await asyncio.gather(*(endpoint.connect(timeout) for endpoint in self._endpoints.values())))

    async def _negotiate(self, caller: Party) -> bool:
        """Offer and answer (RFC 3264). False when a message did not arrive or was refused."""
        offering, answering = self._endpoints[caller], self._endpoints[caller.peer]
        offer = await self._carry(SignalKind.OFFER, caller, await _described(offering.offer()))
        if offer is None:
            return False
        self._introduce(caller.peer, offer)
        answer = await self._carry(SignalKind.ANSWER, caller.peer, await _described(answering.answer(offer.body)))
        if answer is None:
            return False
        self._introduce(caller, answer)
        return await _taken(offering.accept(answer.body))

    async def _received(self, party: Party, message: SignalMessage) -> None:
        endpoint = self._endpoints[party]
        self._introduce(party, message)
        match message.kind:
            case SignalKind.OFFER:
                await self._carry(SignalKind.ANSWER, party, await _described(endpoint.answer(message.body)))
            case SignalKind.ANSWER:
                await _taken(endpoint.accept(message.body))
            case SignalKind.HANGUP:
                endpoint.hung_up(message.body)

    def _introduce(self, to: Party, message: SignalMessage) -> None:
        if message.name is not None:
            self._endpoints[to].introduced(message.name)

    async def _carry(self, kind: SignalKind, sender: Party, body: str | None) -> SignalMessage | None:
        """What arrives of a message; the service says who sent it."""
        if body is None:
            return None
        name = NAMES[sender] if kind is not SignalKind.HANGUP else None
        return await self._service.carry(SignalMessage(kind=kind, sender=sender, body=body, name=name))

    async def _hang_up_when_failed(self, party: Party) -> None:
        """A client whose call fails tells the other one through the service, as people's clients do."""
        failure = await self._endpoints[party].wait_failed()
        if failure.reason is Reason.REMOTE_HUNG_UP:
            return
        told = await self._carry(SignalKind.HANGUP, party, failure.reason)
        if told is not None:
            self._endpoints[party.peer].hung_up(told.body)


async def cancelled(*futures: asyncio.Future[Any]) -> None:
    """End what still waits, and wait until it has ended."""
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


async def _described(description: Awaitable[str]) -> str | None:
    """The SDP a party produced, or None when it refused; why stands in its statement."""
    try:
        return await description
    except CallFailed:
        return None


async def _taken(accepting: Awaitable[None]) -> bool:
    try:
        await accepting
    except CallFailed:
        return False
    return True
