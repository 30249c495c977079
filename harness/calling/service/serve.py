"""A service from its start to a signal."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from ..store.store import Store
from .app import Parts, application
from .listening import Door
from .media import ServiceMedia

GRACE_SECONDS: Final = 2.0
"""For what is still under way when the service ends."""


@asynccontextmanager
async def served(
    store: Store, context: ssl.SSLContext, address: tuple[str, int], parts: Parts | None = None
) -> AsyncIterator[int]:
    """The service on this address; gives the port, which the machine chooses for port 0. OSError when it is taken."""
    door = Door()
    runner = web.AppRunner(application(store, parts or Parts(), door.middleware), shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    try:
        async with door.opened(runner, context, address) as port:
            yield port
    finally:
        await runner.cleanup()


async def serve(
    store: Store,
    context: ssl.SSLContext,
    address: tuple[str, int],
    media_host: str,
    started: Callable[[int], None],
    stop: asyncio.Event,
) -> None:
    """Until `stop` is set. `started` is told the port; devices send their media of service calls to `media_host`."""
    parts = Parts(processor=lambda tell: ServiceMedia(media_host, store.recordings, tell))
    async with served(store, context, address, parts) as port:
        started(port)
        await stop.wait()
