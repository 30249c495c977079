"""The listening socket: TLS handshakes and first requests that do not come are not waited for, and room is bounded."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiohttp import web

from .connection import Complaints, Connection
from .errors import LOG, Handler
from .limits import Buckets

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
MOST_SHAKING: Final = 1024
"""TLS handshakes under way."""
RATE: Final = 100.0
BURST: Final = 512.0
"""Of new connections from one address, behind which may be a house full of people: each costs a handshake's work."""
MOST_OPENING: Final = 1024
"""Connections that have asked for nothing yet."""
MOST_WAITING: Final = 512
"""Connections that the machine holds until they are let in."""
PAUSE_SECONDS: Final = 1.0
"""Before it is tried again where the machine lets nobody in."""
SPARE_FILES: Final = 128
"""File descriptors that are not for connections: the database, media, what the process began with."""


class Door:
    """Lets connections in. Its middleware tells it which of them have asked for something."""

    def __init__(self) -> None:
        self._room = _room()
        self._arrivals = Buckets(RATE, BURST)
        self._shaking: dict[asyncio.Task[None], None] = {}
        self._opening: dict[web.RequestHandler, None] = {}
        self._complaints = Complaints()

    @asynccontextmanager
    async def opened(
        self, runner: web.AppRunner, context: ssl.SSLContext, address: tuple[str, int]
    ) -> AsyncIterator[int]:
        """Listen; gives the port. OSError when the address is taken or is none of this machine."""
        server = runner.server
        assert server is not None
        listening = await _listening(*address)
        letting = [asyncio.create_task(self._let_in(one, server, context)) for one in listening]
        try:
            yield int(listening[0].getsockname()[1])
        finally:
            tasks = (*letting, *self._shaking)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for one in listening:
                one.close()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every request."""
        self._opening.pop(request.protocol, None)
        return await handler(request)

    async def _let_in(self, listening: socket.socket, server: web.Server, context: ssl.SSLContext) -> None:
        """One after the other, and between two of them everybody else has a turn."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, (host, *_) = await loop.sock_accept(listening)
            except OSError as error:
                LOG.error("nobody can be let in: %s", error.strerror)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            room = len(server.connections) + len(self._shaking) < self._room
            if room and self._arrivals.take(host, loop.time()):
                self._shake(connection, server, context)
            else:
                connection.close()
            await asyncio.sleep(0)

    def _shake(self, connection: socket.socket, server: web.Server, context: ssl.SSLContext) -> None:
        """Begin a handshake. Of too many the oldest goes: an honest one takes no time."""
        if len(self._shaking) >= MOST_SHAKING:
            next(iter(self._shaking)).cancel()
        task = asyncio.get_running_loop().create_task(self._shaken(connection, server, context))
        self._shaking[task] = None
        task.add_done_callback(self._shaking.pop)

    async def _shaken(self, connection: socket.socket, server: web.Server, context: ssl.SSLContext) -> None:
        """A handshake; of one that fails nobody hears."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            await loop.connect_accepted_socket(
                lambda: Connection(server, self._complaints, self._wait_for, loop=loop, **OPTIONS),
                connection,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
            )

    def _wait_for(self, handler: web.RequestHandler) -> None:
        """Of too many that ask for nothing, those who have waited longest go: it takes honest clients no time."""
        self._opening[handler] = None
        asyncio.get_running_loop().call_later(FIRST_SECONDS, self._give_up, handler)
        if len(self._opening) > MOST_OPENING:
            self._give_up(next(iter(self._opening)))

    def _give_up(self, handler: web.RequestHandler) -> None:
        if handler in self._opening:
            del self._opening[handler]
            handler.force_close()


async def _listening(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host, all on one port. OSError."""
    loop, sockets = asyncio.get_running_loop(), list[socket.socket]()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    try:
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            there = (address[0], sockets[0].getsockname()[1] if sockets else port)
            sockets.append(socket.create_server(there, family=family, backlog=MOST_WAITING))
            sockets[-1].setblocking(False)
    except BaseException:
        for one in sockets:
            one.close()
        raise
    return sockets


def _room() -> int:
    """How many connections fit into what the machine allows this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, max(1, soft - SPARE_FILES))
