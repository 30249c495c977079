"""The browser of a run: started when the first endpoint needs one, ended with the run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .browser import Chromium


class SharedChromium:
    """At most one browser at a time, for whoever asks. `close` it at the end; it can be asked again after that."""

    def __init__(self, *flags: str) -> None:
        self._flags = flags
        self._starting: asyncio.Task[Chromium] | None = None

    async def browser(self) -> Chromium:
        """The running browser. BrowserError when there is none to be had."""
        from .browser import Chromium

        if self._starting is None:
            self._starting = asyncio.create_task(Chromium(flags=self._flags).__aenter__())
        return await asyncio.shield(self._starting)

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        if starting is None:
            return
        await asyncio.wait({starting})
        if starting.exception() is None:
            await starting.result().__aexit__(None, None, None)


SHARED = SharedChromium()
"""That of this process: its calls are made in one event loop."""

ONE_WAY = SharedChromium("--webrtc-ip-handling-policy=default_public_interface_only")
"""One that takes the way to a server which the system would take, and no other. With a TURN server it would else have
an allocation for each interface of the machine, and change from one to the other in the middle of a handshake."""

UNENCRYPTED = SharedChromium("--disable-webrtc-encryption")
"""One that sends and takes media in clear, to show that the harness sees it. Debian's build obeys; others may not."""
