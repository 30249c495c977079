"""The course of one call: invitation, ringing, acceptance, offer and answer, media, an ICE restart perhaps, the end.

Each party acts on what reaches it, whoever sent it: the service, the peer, or somebody who has the service in hand.
"""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .calling.signalling import Delivery, Signalling
from .endpoints.endpoint import CallFailed, Endpoint
from .model.base import Party
from .model.call import Call, ChatLine
from .model.feature import FeatureRequest
from .model.finding import Reason
from .model.mode import Mode
from .model.recording import SignalKind, SignalMessage

NAMES = {Party.ALICE: "Alice", Party.BOB: "Bob"}
"""What the directory of the calling service says people are called."""

_NAMED = frozenset(
    {SignalKind.INVITE, SignalKind.RINGING, SignalKind.ACCEPT, SignalKind.OFFER, SignalKind.ANSWER},
)
"""Messages with which the service says who sends them."""


class CallCourse:
    """Two endpoints and the service between them. `call_up` is told when both are connected.

    `tokens`: what each party's lines of chat end with, so that they can be recognised anywhere. `beside`: what others
    do meanwhile, so many seconds into the media. `settled` waits until the service's media are as they were last asked
    to be. `heard` is waited for before the end of a call in which nothing more is to happen.
    """

    def __init__(
        self,
        call: Call,
        endpoints: Mapping[Party, Endpoint],
        service: Signalling,
        call_up: Callable[[], None],
        tokens: Mapping[Party, str] = MappingProxyType({}),
        beside: Sequence[tuple[float, Callable[[], Awaitable[None]]]] = (),
        settled: Callable[[], Awaitable[None]] | None = None,
        heard: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._call = call
        self._endpoints = endpoints
        self._service = service
        self._call_up = call_up
        self._tokens = tokens
        self._beside = beside
        self._settled = settled
        self._heard = heard
        self._steps: set[asyncio.Task[None]] = set()
        self._acted: set[tuple[Party, SignalKind]] = set()
        self._accepted: set[Party] = set()
        self._over: set[Party] = set()
        self._ordinary = False
        self._stopped: set[Party] = set()
        self._begun: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._exchange: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Set up and talk. A call that fails is a result, not an error."""
        watchers = [asyncio.create_task(self._tell_when_failed(party)) for party in Party]
        talking = asyncio.create_task(self._set_up_and_talk())
        try:
            await asyncio.wait({talking, self._fault}, return_when=FIRST_COMPLETED)
            (self._fault if self._fault.done() else talking).result()
        finally:
            await cancelled(talking, self._fault, *watchers, *self._steps)

    def bring(self, to: Party, message: SignalMessage) -> None:
        """A message that the other party did not send reaches `to`, which treats it like any other."""
        self.deliver(self._service.bring(to, message))

    def deliver(self, brought: Delivery) -> None:
        """The service tells a party something by itself."""
        self._deliver(brought.to, brought.message)

    # what the two people do

    async def _set_up_and_talk(self) -> None:
        if await self._set_up():
            self._call_up()
            await self._talk()

    async def _set_up(self) -> bool:
        """Alice calls. False when the call did not come up; she waits all the same, for whoever may answer.

        How long a service holds a description is no part of her patience.
        """
        await self._carry(SignalKind.INVITE, Party.ALICE, " ".join(self._call.negotiated))
        alice, patience = self._endpoints[Party.ALICE], self._call.setup_seconds
        ringing: asyncio.Future[Any] = asyncio.create_task(alice.connect(self._call.ring + patience))
        await asyncio.wait({self._begun, ringing}, return_when=FIRST_COMPLETED)
        await cancelled(ringing)
        if self._begun.done() and await self._exchange:
            return await self._connected()
        await alice.connect(patience)
        return False

    async def _ring(self, callee: Party) -> None:
        """The callee's device rings until its user accepts, or until the call is over."""
        await self._carry(SignalKind.RINGING, callee, "")
        self._begin(self._asking(ringing=True))
        await asyncio.sleep(self._call.ring)
        if callee not in self._over:
            self._accepted.add(callee)
            self._endpoints[callee].picked_up()
            await self._carry(SignalKind.ACCEPT, callee, "")

    async def _talk(self) -> None:
        """Media flows for the time the scenario asks for, and on until each has heard the other; a failure ends it.

        The second part is for machines that are slow, so that a verdict never hangs on how busy one is.
        """
        if not self._call.seconds:
            return
        for endpoint in self._there:
            endpoint.start_media()
        failures: list[asyncio.Task[Any]] = [asyncio.create_task(one.wait_failed()) for one in self._there]
        talking = asyncio.create_task(self._until_heard())
        try:
            await asyncio.wait({*failures, talking}, return_when=FIRST_COMPLETED)
            if talking.done():
                talking.result()
        finally:
            await cancelled(*failures, talking)

    async def _until_heard(self) -> None:
        """The time of the call and all that is to happen in it, then patience until each party has heard the other."""
        plans = [self._asking(ringing=False), *(self._writing(one) for one in self._call.chat)]
        plans += [_later(after, do) for after, do in self._beside]
        await asyncio.gather(self._passing(), *plans)
        await self._patiently(*(endpoint.wait_heard() for endpoint in self._there), self._as_asked())
        if self._heard is not None:
            await self._heard()

    async def _patiently(self, *events: Awaitable[None]) -> None:
        """What does not happen in the time that the call gives it shows in the recording."""
        try:
            async with asyncio.timeout(self._call.patience):
                await asyncio.gather(*events)
        except TimeoutError:
            return

    async def _as_asked(self) -> None:
        """How long it takes until a feature shows depends on the machine; what shows may not."""
        if self._settled is not None and self._call.features:
            await self._settled()

    async def _passing(self) -> None:
        """The time that media flows, with its restart."""
        first = self._call.restart_after
        if first is not None:
            await asyncio.sleep(first)
            await self._restart()
        await asyncio.sleep(self._call.seconds - (first or 0))

    async def _asking(self, ringing: bool) -> None:
        """One feature after the other, each when it is its time and those before it have shown."""
        now = asyncio.get_running_loop().time
        begun = now()
        for one in sorted((one for one in self._call.features if one.ringing is ringing), key=lambda one: one.after):
            await asyncio.sleep(begun + one.after - now())
            await self._patiently(self._as_asked())
            request = FeatureRequest(feature=one.feature, on=one.on, argument=one.argument)
            await self._carry(SignalKind.FEATURE, one.by, request.model_dump_json())

    async def _writing(self, one: ChatLine) -> None:
        await asyncio.sleep(one.after)
        text = f"{one.text} {self._tokens.get(one.by, '')}".strip()
        await self._carry(SignalKind.CHAT, one.by, await _described(self._endpoints[one.by].chat(text)))

    async def _restart(self) -> None:
        """The caller restarts ICE, as clients do when their network changes (RFC 8445 section 2.4)."""
        self._exchange = asyncio.get_running_loop().create_future()
        await self._offer(Party.ALICE)
        if await self._exchange:
            await self._connected()

    async def _connected(self) -> bool:
        """Whether everybody is who is in the call at the end of it."""
        timeout = self._call.setup_seconds
        connected = await asyncio.gather(*(self._endpoints[party].connect(timeout) for party in Party))
        return all(up for party, up in zip(Party, connected, strict=True) if self._endpoints[party] in self._there)

    @property
    def _there(self) -> list[Endpoint]:
        """Who is in the call: both, or the caller alone when an ordinary call was taken elsewhere while it rang."""
        elsewhere = self._stopped - self._accepted if self._ordinary else ()
        return [self._endpoints[party] for party in Party if party not in elsewhere]

    # what a client does about a message

    def _deliver(self, to: Party, message: SignalMessage) -> None:
        """Give a message to the client that it reached."""
        if message.kind is SignalKind.CANCEL:
            self._stopped.add(to)
        if message.name is not None and message.sender is not to:
            self._endpoints[to].introduced(message.name)
        match message.kind:
            case SignalKind.OFFER:
                self._begin(self._answer(to, message.body))
            case SignalKind.ANSWER:
                self._begin(self._take(to, message.body))
            case _:
                self._endpoints[to].told(message)
                self._go_on(to, message)

    def _go_on(self, to: Party, message: SignalMessage) -> None:
        """What a client does by itself when it has been told this for the first time."""
        kind = message.kind
        if (to, kind) in self._acted:
            return
        self._acted.add((to, kind))
        if kind is SignalKind.INVITE and to is Party.BOB:
            self._begin(self._ring(to))
        elif kind is SignalKind.ACCEPT and to is Party.ALICE:
            self._accepted.add(to)
            self._ordinary = message.body == Mode.SERVICE.value
            self._begun.set_result(None)
            self._begin(self._offer(to))

    async def _offer(self, party: Party) -> None:
        """The first half of an exchange (RFC 3264), which has come to nothing when nobody gets the offer."""
        if not await self._carry(SignalKind.OFFER, party, await _described(self._endpoints[party].offer())):
            self._exchanged(False)

    async def _answer(self, party: Party, offer: str) -> None:
        if not await self._carry(SignalKind.ANSWER, party, await _described(self._endpoints[party].answer(offer))):
            self._exchanged(False)

    async def _take(self, party: Party, answer: str) -> None:
        self._exchanged(await _taken(self._endpoints[party].accept(answer)))

    def _exchanged(self, well: bool) -> None:
        """How the exchange that is waited for ended: the first end counts."""
        if not self._exchange.done():
            self._exchange.set_result(well)

    async def _tell_when_failed(self, party: Party) -> None:
        """A client whose call fails tells the other one through the service, as people's clients do."""
        failure = await self._endpoints[party].wait_failed()
        self._over.add(party)
        if party is Party.ALICE:
            self._exchanged(False)
        if failure.reason is not Reason.REMOTE_HUNG_UP:
            before = SignalKind.CANCEL if party is Party.ALICE else SignalKind.DECLINE
            await self._carry(SignalKind.HANGUP if party in self._accepted else before, party, failure.reason)

    # messages

    async def _carry(self, kind: SignalKind, sender: Party, body: str | None) -> bool:
        """Give a message to the service and whatever comes of it to whom it reaches. Whether anything did."""
        if body is None:
            return False
        name = NAMES[sender] if kind in _NAMED else None
        arrived = False
        async for one in self._service.carry(SignalMessage(kind=kind, sender=sender, body=body, name=name)):
            self._deliver(one.to, one.message)
            arrived = True
        return arrived

    def _begin(self, step: Coroutine[Any, Any, None]) -> None:
        """A step that takes its time. What goes wrong in it, beside the call, ends the course."""
        task = asyncio.create_task(step)
        self._steps.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._steps.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._fault.done():
            self._fault.set_exception(error)


async def _later(after: float, do: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(after)
    await do()


async def cancelled(*futures: asyncio.Future[Any]) -> None:
    """End what still waits, and wait until it has ended."""
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


async def _described(description: Awaitable[str]) -> str | None:
    """The SDP, or the line of chat, that a party produced, or None when it refused; why stands in its statement."""
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
