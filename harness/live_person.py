"""A further device at the real service in one recorded call: it rings when it is told to, takes the call perhaps, and
stops when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from .endpoints.service_client import ServiceClient, ServiceLost, ServiceRefused, Told
from .live_guest import LiveGuest
from .model.tenancy import Person

CONNECTED: Final = 15.0
"""Seconds until a device that took the call must be connected."""
HEARD: Final = 10.0
"""Seconds until it must have heard somebody."""


class LivePerson:
    """`guest` is the device's media. Give it its client before the service tells it anything."""

    def __init__(self, person: Person, guest: LiveGuest) -> None:
        self.person, self.guest = person, guest
        self.fault: str | None = None
        self.client: ServiceClient | None = None
        self._takes: asyncio.Task[None] | None = None
        self._steps: set[asyncio.Task[None]] = set()

    def told(self, frame: Told) -> None:
        """The service tells this device something."""
        match frame.get("type"):
            case "incoming":
                self._takes = self._begin(self._ring(str(frame.get("call"))))
            case "cancelled":
                self.guest.stopped = str(frame.get("why"))
                if self._takes is not None:
                    self._takes.cancel()
            case "offer":
                self._begin(self._answer(str(frame.get("call")), str(frame.get("sdp"))))

    async def heard(self) -> None:
        """Until the device has heard somebody, if it is in the call at all."""
        if self.guest.took:
            try:
                async with asyncio.timeout(HEARD):
                    await self.guest.wait_heard()
            except TimeoutError:
                return

    async def close(self) -> None:
        for step in self._steps:
            step.cancel()
        await asyncio.gather(*self._steps, return_exceptions=True)
        await self.guest.close()

    async def _ring(self, call: str) -> None:
        await self._say("ringing", call=call)
        if self.person.takes is not None:
            await asyncio.sleep(self.person.takes)
            await self._say("accept", call=call)

    async def _answer(self, call: str, offer: str) -> None:
        answer = await self.guest.answer(offer)
        if answer is not None:
            await self._say("answer", call=call, sdp=answer)
            await self.guest.talk(CONNECTED)

    async def _say(self, kind: str, **fields: str) -> None:
        assert self.client is not None
        await self.client.say(kind, **fields)

    def _begin(self, step: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(step)
        self._steps.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A refusal tells that somebody else was faster, which the recording shows; anything else is our own fault."""
        self._steps.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ServiceRefused | ServiceLost) and self.fault is None:
            self.fault = f"the device {self.person.name} broke: {type(error).__name__}: {error}"
