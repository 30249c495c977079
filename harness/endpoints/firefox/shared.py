"""The Firefox of a run: started when the first endpoint needs one, ended with the run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .browser import Firefox


class SharedFirefox:
    """At most one browser at a time, for whoever asks. `close` it at the end; it can be asked again after that."""

    def __init__(self) -> None:
        self._starting: asyncio.Task[Firefox] | None = None

    async def browser(self) -> Firefox:
        """The running browser. BrowserError when there is none to be had."""
        from .browser import Firefox

        if self._starting is None:
            self._starting = asyncio.create_task(Firefox().__aenter__())
        return await asyncio.shield(self._starting)

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        if starting is None:
            return
        await asyncio.wait({starting})
        if starting.exception() is None:
            await starting.result().__aexit__(None, None, None)


SHARED = SharedFirefox()
"""That of this process: its calls are made in one event loop."""
