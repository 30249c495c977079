"""The Firefox of a run: started when the first endpoint needs one, ended with the run. Or of one party alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .browser import Firefox


class SharedFirefox:
    """At most one browser at a time, for whoever asks. `close` it at the end; it can be asked again after that.

    `within`: it is in the network namespace of one endpoint, and ends with that; sockets that are opened meanwhile are
    there, too.
    """

    def __init__(self, within: Callable[[], AbstractContextManager[None]] | None = None) -> None:
        self._within = within
        self._starting: asyncio.Task[Firefox] | None = None

    async def browser(self, prefix: Sequence[str] = ()) -> Firefox:
        """The running browser. BrowserError when there is none to be had. `prefix`: words in front of its command."""
        from .browser import Firefox

        if self._starting is None:
            within = nullcontext if self._within is None else self._within
            self._starting = asyncio.create_task(Firefox(prefix, within).__aenter__())
        return await asyncio.shield(self._starting)

    async def left(self) -> None:
        """An endpoint is done with it."""
        if self._within is not None:
            await self.close()

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        if starting is None:
            return
        await asyncio.wait({starting})
        if not starting.cancelled() and starting.exception() is None:
            await starting.result().__aexit__(None, None, None)


SHARED = SharedFirefox()
"""That of this process: its calls are made in one event loop."""
