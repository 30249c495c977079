"""The Firefox of a run: started when the first endpoint needs one, ended with the run. Or of one party alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from ..one_running import OneRunning

if TYPE_CHECKING:
    from .browser import Firefox


class SharedFirefox:
    """At most one browser at a time, for whoever asks; when that has ended by itself, another one for the next to ask.
    `close` it at the end; it can be asked again after that.

    `within`: it is in the network namespace of one endpoint, and ends with that; sockets that are opened meanwhile are
    there, too.
    """

    def __init__(self, within: Callable[[], AbstractContextManager[None]] | None = None) -> None:
        self._within = within
        self._running: OneRunning[Firefox] = OneRunning()

    async def browser(self, prefix: Sequence[str] = ()) -> Firefox:
        """The running browser; tell when it is `left`. BrowserError when there is none to be had. `prefix`: words in
        front of its command."""
        from .browser import Firefox

        within = nullcontext if self._within is None else self._within
        return await self._running.get(lambda: Firefox(prefix, within))

    async def left(self, browser: Firefox) -> None:
        """An endpoint is done with it."""
        await self._running.back(browser)
        if self._within is not None:
            await self.close()

    async def close(self) -> None:
        await self._running.close()


SHARED = SharedFirefox()
"""That of this process: its calls are made in one event loop."""
