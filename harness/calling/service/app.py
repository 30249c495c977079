"""The application: every path with its handler, and what it needs from its start to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from ..store.accounts import Work
from ..store.store import Store
from .errors import LOG, errors, refusal_of
from .pages import add_pages, headers
from .processor import MediaProcessor, NoProcessor
from .requests import Requests
from .rows import ROWS
from .sign_in import SignInDesk
from .socket import signalling
from .switchboard import Switchboard

TICK_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Clocks:
    """`day` gives seconds since the epoch, `monotonic` seconds of a clock that cannot be set."""

    day: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


BOARD: Final = web.AppKey("board", Switchboard)


def application(
    store: Store, processor: MediaProcessor | None = None, clocks: Clocks | None = None, work: Work | None = None
) -> web.Application:
    """The calling service over an open store."""
    clock = clocks or Clocks()
    board = Switchboard(store, processor or NoProcessor(), clock.day)
    desk = SignInDesk(board, clock.monotonic, work or Work())
    app = web.Application(middlewares=[errors])
    app[BOARD] = board
    requests = Requests(board, desk, clock.monotonic)

    async def connect(request: web.Request) -> web.StreamResponse:
        return await signalling(request, board, clock.monotonic)

    async def run(_app: web.Application) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(board))
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        desk.close()

    async def end(_app: web.Application) -> None:
        board.close()

    app.router.add_get("/api/signalling", connect)
    app.router.add_post("/api/sign-in", requests.sign_in)
    app.router.add_post("/api/files", requests.upload)
    app.router.add_get("/api/files/{file}", requests.download)
    for row in ROWS:
        app.router.add_route(row.method, row.path, requests.row(row))
    add_pages(app)
    app.on_response_prepare.append(headers)
    app.cleanup_ctx.append(run)
    app.on_shutdown.append(end)
    return app


async def _tick(board: Switchboard) -> None:
    """Timers are inputs of the exchange. A tick that goes wrong is written down, and the next one comes."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        try:
            board.tick()
        except Exception as error:  # noqa: BLE001 - the service goes on
            LOG.error("a tick: %s", refusal_of(error).detail)
