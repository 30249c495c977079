"""The browser of a run: started when the first endpoint needs one, ended with the run. Or of one endpoint alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from ..one_running import OneRunning

if TYPE_CHECKING:
    from .browser import Chromium


class SharedChromium:
    """At most one browser at a time, for whoever asks; when that has ended by itself, another one for the next to ask.
    `close` it at the end; it can be asked again after that.

    `inside`: it is in the network namespace of one endpoint, and ends with that. It is asked for the words in front of
    the browser's command, as soon as that network is there.
    """

    def __init__(self, *flags: str, inside: Callable[[], Awaitable[tuple[str, ...]]] | None = None) -> None:
        self._flags, self._inside = flags, inside
        self._running: OneRunning[Chromium] = OneRunning()

    async def browser(self) -> Chromium:
        """The running browser; tell when it is `left`. BrowserError when there is none to be had."""
        return await self._running.get(self._made)

    async def left(self, browser: Chromium) -> None:
        """An endpoint is done with it."""
        await self._running.back(browser)
        if self._inside is not None:
            await self.close()

    async def close(self) -> None:
        await self._running.close()

    @asynccontextmanager
    async def _made(self) -> AsyncIterator[Chromium]:
        from .browser import Chromium

        prefix = () if self._inside is None else await self._inside()
        async with Chromium(flags=self._flags, prefix=prefix) as browser:
            yield browser


SHARED = SharedChromium()
"""That of this process: its calls are made in one event loop."""

ONE_WAY = SharedChromium("--webrtc-ip-handling-policy=default_public_interface_only")
"""One that takes the way to a server which the system would take, and no other. With a TURN server it would else have
an allocation for each interface of the machine, and change from one to the other in the middle of a handshake."""

CLEAR: Final = ("--disable-webrtc-encryption",)
UNENCRYPTED = SharedChromium(*CLEAR)
"""One that sends and takes media in clear, to show that the harness sees it. Debian's build obeys; others may not."""
