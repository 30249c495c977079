"""Something that runs at most once at a time, for whoever asks: a browser. It may end by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Mortal(Protocol):
    """What may end by itself."""

    @property
    def fault(self) -> str | None:
        """Why it is no longer there; None while it is."""


R = TypeVar("R", bound=Mortal)


class OneRunning(Generic[R]):
    """Entered for the first who asks, and left by `close`; it can be asked again after that.

    Whoever asks while it starts waits for that, and hears the same error. Whoever asks later lets it be tried again:
    the machine may have been too busy once. One that has ended by itself is given to nobody any more, and left when
    nobody has it any longer.
    """

    def __init__(self) -> None:
        self._latest: _Start[R] | None = None
        self._starts: list[_Start[R]] = []

    async def get(self, make: Callable[[], AbstractAsyncContextManager[R]]) -> R:
        """What runs, or what `make` makes and comes to run; give it `back`. Whatever keeps that from starting is
        raised."""
        latest = self._latest
        if latest is None or latest.failed or latest.over:
            one = make()
            latest = self._latest = _Start(one, asyncio.create_task(self._entered(one)))
            self._starts.append(latest)
        latest.users += 1
        return await asyncio.shield(latest.entering)

    async def back(self, one: R) -> None:
        """Somebody who got it is done with it."""
        for start in self._starts:
            if start.made is one:
                start.users -= 1
        await self._leave_the_dead()

    async def close(self) -> None:
        self._latest = None
        starts, self._starts = self._starts, []
        for start in starts:
            await asyncio.wait({start.entering})
            if not start.failed:
                await start.one.__aexit__(None, None, None)

    async def _entered(self, one: AbstractAsyncContextManager[R]) -> R:
        await self._leave_the_dead()  # it may have ended while nobody had it
        return await one.__aenter__()

    async def _leave_the_dead(self) -> None:
        left = [start for start in self._starts if start.failed or (start.over and not start.users)]
        self._starts = [start for start in self._starts if start not in left]
        for start in left:
            if not start.failed:
                await start.one.__aexit__(None, None, None)


@dataclass(eq=False)
class _Start(Generic[R]):
    """One that was made. `users`: how many have it and have not given it back."""

    one: AbstractAsyncContextManager[R]
    entering: asyncio.Task[R]
    users: int = 0

    @property
    def failed(self) -> bool:
        return self.entering.done() and (self.entering.cancelled() or self.entering.exception() is not None)

    @property
    def made(self) -> R | None:
        return self.entering.result() if self.entering.done() and not self.failed else None

    @property
    def over(self) -> bool:
        return self.made is not None and self.made.fault is not None
