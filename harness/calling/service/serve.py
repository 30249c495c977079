"""A service from its start to a signal."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from ..store.accounts import Work
from ..store.store import Store
from .app import application
from .processor import MediaProcessor

GRACE_SECONDS: Final = 2.0
"""For what is still under way when the service ends."""


@asynccontextmanager
async def served(
    store: Store,
    context: ssl.SSLContext,
    address: tuple[str, int],
    *,
    processor: MediaProcessor | None = None,
    work: Work | None = None,
) -> AsyncIterator[int]:
    """The service on this address; gives the port, which the machine chooses for port 0. OSError when it is taken."""
    app = application(store, processor, work=work)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS, handle_signals=False)
    await runner.setup()
    try:
        host, port = address
        await web.TCPSite(runner, host, port, ssl_context=context).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def serve(
    store: Store,
    context: ssl.SSLContext,
    address: tuple[str, int],
    started: Callable[[int], None],
    stop: asyncio.Event,
) -> None:
    """Until `stop` is set. `started` is told the port."""
    async with served(store, context, address) as port:
        started(port)
        await stop.wait()
