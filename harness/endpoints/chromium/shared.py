"""The browser of a run: started when the first endpoint needs one, ended with the run. Or of one endpoint alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .browser import Chromium


class SharedChromium:
    """At most one browser at a time, for whoever asks. `close` it at the end; it can be asked again after that.

    `inside`: it is in the network namespace of one endpoint, and ends with that. It is asked for the words in front of
    the browser's command, as soon as that network is there.
    """

    def __init__(self, *flags: str, inside: Callable[[], Awaitable[tuple[str, ...]]] | None = None) -> None:
        self._flags, self._inside = flags, inside
        self._starting: asyncio.Task[Chromium] | None = None

    async def browser(self) -> Chromium:
        """The running browser. BrowserError when there is none to be had."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._started())
        return await asyncio.shield(self._starting)

    async def left(self) -> None:
        """An endpoint is done with it."""
        if self._inside is not None:
            await self.close()

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        if starting is None:
            return
        await asyncio.wait({starting})
        if not starting.cancelled() and starting.exception() is None:
            await starting.result().__aexit__(None, None, None)

    async def _started(self) -> Chromium:
        from .browser import Chromium

        prefix = () if self._inside is None else await self._inside()
        return await Chromium(flags=self._flags, prefix=prefix).__aenter__()


SHARED = SharedChromium()
"""That of this process: its calls are made in one event loop."""

ONE_WAY = SharedChromium("--webrtc-ip-handling-policy=default_public_interface_only")
"""One that takes the way to a server which the system would take, and no other. With a TURN server it would else have
an allocation for each interface of the machine, and change from one to the other in the middle of a handshake."""

CLEAR: Final = ("--disable-webrtc-encryption",)
UNENCRYPTED = SharedChromium(*CLEAR)
"""One that sends and takes media in clear, to show that the harness sees it. Debian's build obeys; others may not."""
