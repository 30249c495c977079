"""Something that runs at most once at a time, for whoever asks: a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

R = TypeVar("R")


class OneRunning(Generic[R]):
    """Entered for the first who asks, and left by `close`; it can be asked again after that.

    Whoever asks while it starts waits for that, and hears the same error. Whoever asks later lets it be tried again:
    the machine may have been too busy once.
    """

    def __init__(self) -> None:
        self._one: AbstractAsyncContextManager[R] | None = None
        self._starting: asyncio.Task[R] | None = None

    async def get(self, make: Callable[[], AbstractAsyncContextManager[R]]) -> R:
        """What runs, or what `make` makes and comes to run. Whatever keeps that from starting is raised."""
        if self._starting is None or _failed(self._starting):
            self._one = make()
            self._starting = asyncio.create_task(self._entered(self._one))
        return await asyncio.shield(self._starting)

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        one, self._one = self._one, None
        if starting is None or one is None:
            return
        await asyncio.wait({starting})
        if not _failed(starting):
            await one.__aexit__(None, None, None)

    async def _entered(self, one: AbstractAsyncContextManager[R]) -> R:
        return await one.__aenter__()


def _failed(starting: asyncio.Task[R]) -> bool:
    return starting.done() and (starting.cancelled() or starting.exception() is not None)
