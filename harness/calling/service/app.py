"""The application: every path with its handler, and what it needs from its start to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from ..exchange.directory import Directory
from ..exchange.endings import RING_SECONDS
from ..store.accounts import Work
from ..store.store import Store
from .errors import LOG, errors, refusal_of
from .pages import add_pages, headers
from .processor import MediaProcessor, NoProcessor, Tell
from .requests import Requests
from .rows import ROWS
from .sign_in import SignInDesk
from .socket import signalling
from .switchboard import Switchboard, Telling, Witness, as_it_is, nobody

TICK_SECONDS: Final = 0.5
NEWS_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Clocks:
    """`day` gives seconds since the epoch, `monotonic` seconds of a clock that cannot be set."""

    day: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


BOARD: Final = web.AppKey("board", Switchboard)


@dataclass(frozen=True)
class Parts:
    """What a service is made of besides its store.

    `processor` is given what tells a call's parties; `work` is what a password costs for a user that is not there;
    `witness` sees what users say and are told, as the service itself does; `directory` decides about calls;
    `telling` is what an honest service has no use for: what its users are told instead of the truth. A call rings for
    so many seconds as `rings` says.
    """

    processor: Callable[[Tell], MediaProcessor] = lambda _tell: NoProcessor()
    clocks: Clocks = field(default_factory=Clocks)
    work: Work = field(default_factory=Work)
    witness: Witness = nobody
    directory: type[Directory] = Directory
    telling: Telling = as_it_is
    rings: float = RING_SECONDS


def application(store: Store, parts: Parts, door: Middleware) -> web.Application:
    """The calling service over an open store, behind a door."""
    clock = parts.clocks
    board = Switchboard(store, parts.processor, clock.day, parts.witness, parts.directory, parts.telling, parts.rings)
    desk = SignInDesk(board, clock.monotonic, parts.work)
    app = web.Application(middlewares=[door, errors])
    app[BOARD] = board
    requests = Requests(board, desk, clock.monotonic)

    async def connect(request: web.Request) -> web.StreamResponse:
        return await signalling(request, board, clock.monotonic)

    async def run(_app: web.Application) -> AsyncIterator[None]:
        ticking = [
            asyncio.create_task(_every(TICK_SECONDS, board.tick)),
            asyncio.create_task(_every(NEWS_SECONDS, board.spread)),
        ]
        yield
        for task in ticking:
            task.cancel()
        await asyncio.gather(*ticking, return_exceptions=True)
        desk.close()

    async def end(_app: web.Application) -> None:
        board.close()
        await board.settled()

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


async def _every(seconds: float, turn: Callable[[], Awaitable[None]]) -> None:
    """Timers are inputs of the exchange. A turn that goes wrong is written down, and the next one comes."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await turn()
        except Exception as error:  # noqa: BLE001 - the service goes on
            LOG.error("a timer: %s", refusal_of(error).detail)
