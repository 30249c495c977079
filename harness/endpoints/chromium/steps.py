"""What happens at a window: one thing after the other, and nothing any more once the call is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from ...model.finding import Reason
from ...model.statement import Failure
from ..endpoint import CallFailed
from .tab import BrowserError, PageError

T = TypeVar("T")


class Steps:
    """`broken` is told why a window is of no use any more. Make it inside a running event loop."""

    def __init__(self, first: Coroutine[Any, Any, None], broken: Callable[[str], None]) -> None:
        self._broken = broken
        self._over = asyncio.Event()
        self._failure: Failure | None = None
        self._asides: set[asyncio.Task[None]] = set()
        self._line = asyncio.create_task(self._does(first))

    def then(self, step: Coroutine[Any, Any, None]) -> None:
        """Do it when everything before is done."""
        self._line = asyncio.create_task(self._does(step, self._line))

    def aside(self, step: Coroutine[Any, Any, None]) -> None:
        """Do it at once, beside them."""
        self._asides.add(asyncio.create_task(self._does(step)))

    def over(self, why: Failure | None = None) -> None:
        """The call is over, for this reason if it failed."""
        self._failure = why
        self._over.set()

    async def until_here(self) -> None:
        """Wait for everything that was to be done up to now. CallFailed as `unless_over`."""
        await self.unless_over(asyncio.shield(self._line))

    async def all_done(self) -> None:
        await asyncio.wait({self._line, *self._asides})

    async def unless_over(self, step: Awaitable[T]) -> T:
        """What comes of it; CallFailed when the call is over before."""
        doing, over = asyncio.ensure_future(step), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({doing, over}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
        finally:
            over.cancel()
            doing.cancel()
        if self._failure is not None:
            raise CallFailed(self._failure.reason, self._failure.detail)
        raise CallFailed(Reason.ENDPOINT_ERROR, "the call is over")

    async def _does(self, step: Awaitable[None], before: asyncio.Task[None] | None = None) -> None:
        if before is not None:
            await asyncio.wait({before})
        try:
            await step
        except CallFailed:
            return  # why, is known
        except (BrowserError, PageError) as error:
            self._broken(str(error))
