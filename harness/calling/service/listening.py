"""The listening socket: TLS handshakes and first requests that do not come are not waited for, and room is bounded."""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web

from .connection import Complaints, Connection
from .errors import Handler

HANDSHAKE_SECONDS: Final = 10.0
FIRST_SECONDS: Final = 10.0
"""For the first request on a connection. Between later ones the server's keep-alive time counts."""
KEEP_ALIVE_SECONDS: Final = 30.0
OPTIONS: Final[dict[str, Any]] = {
    "keepalive_timeout": KEEP_ALIVE_SECONDS,
    "access_log": None,
    "auto_decompress": False,
}
"""Of each connection."""
MOST_CONNECTIONS: Final = 4096
MOST_OPENING: Final = 1024
"""Connections that have asked for nothing yet."""
SPARE_FILES: Final = 128
"""File descriptors that are not for connections: the database, media, what the process began with."""


class Door:
    """Lets connections in. Its middleware tells it which of them have asked for something."""

    def __init__(self) -> None:
        self._room = _room()
        self._opening: dict[web.RequestHandler, None] = {}
        self._complaints = Complaints()

    @asynccontextmanager
    async def opened(
        self, runner: web.AppRunner, context: ssl.SSLContext, address: tuple[str, int]
    ) -> AsyncIterator[int]:
        """Listen; gives the port. OSError when the address is taken or is none of this machine."""
        loop, server = asyncio.get_running_loop(), runner.server
        assert server is not None

        def made() -> asyncio.Protocol:
            if len(server.connections) >= self._room:
                return _Closing()
            handler = Connection(server, self._complaints, loop=loop, **OPTIONS)
            self._wait_for(handler)
            loop.call_later(FIRST_SECONDS + HANDSHAKE_SECONDS, self._give_up, handler)
            return handler

        host, port = address
        listening = await loop.create_server(
            made, host, port, ssl=context, backlog=512, reuse_address=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
        try:
            yield int(listening.sockets[0].getsockname()[1])
        finally:
            listening.close()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every request."""
        self._opening.pop(request.protocol, None)
        return await handler(request)

    def _wait_for(self, handler: web.RequestHandler) -> None:
        """Of too many that ask for nothing, those who have waited longest go: it takes honest clients no time."""
        self._opening[handler] = None
        if len(self._opening) > MOST_OPENING:
            self._give_up(next(iter(self._opening)))

    def _give_up(self, handler: web.RequestHandler) -> None:
        if handler in self._opening:
            del self._opening[handler]
            handler.force_close()


class _Closing(asyncio.Protocol):
    """There is no room."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _room() -> int:
    """How many connections fit into what the machine allows this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, max(1, soft - SPARE_FILES))
