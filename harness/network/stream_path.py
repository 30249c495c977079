"""The way from a party to a server: a forwarder that changes nothing and shows a tap what passes.

It reads bytes and knows no protocol. Where TLS is between the party and the server, who stands here is neither.
"""

from __future__ import annotations

import asyncio
from typing import Final

from ..model.byte_stream import StreamTap
from ..model.datagram import Address

CHUNK: Final = 65_536
"""Bytes read at once."""


class StreamPath:
    """Listens at `host` and passes every connection on to `server`, from `source` where one is named. `close` it
    whatever happened.
    """

    def __init__(self, host: str, server: Address, tap: StreamTap, source: str | None = None) -> None:
        self._host, self._server, self._tap = host, server, tap
        self._source = None if source is None else (source, 0)
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.connections = self.sent = self.received = 0
        """How many connections passed, and how many bytes in each direction, as this path itself counted."""

    async def open(self) -> Address:
        """Begin to listen; the address to connect to. OSError when there is no port."""
        self._listener = await asyncio.start_server(self._accepted, self._host, 0)
        host, port = self._listener.sockets[0].getsockname()
        return host, port

    async def close(self) -> None:
        """End every connection. May be called again."""
        if self._listener is not None:
            self._listener.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task")
        self._connections.add(task)
        try:
            await self._pass(reader, writer)
        except asyncio.CancelledError:
            return  # closed; whoever serves connections would take the cancellation for a fault
        finally:
            self._connections.discard(task)
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client: Address = writer.get_extra_info("peername")
        self.connections += 1
        self._tap.opened(client, self._server)
        try:
            onward_reader, onward_writer = await asyncio.open_connection(*self._server, local_addr=self._source)
        except OSError:
            self._tap.ended(client, self._server, outward=False)
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._one_way(client, True, reader, onward_writer))
                both.create_task(self._one_way(client, False, onward_reader, writer))
        finally:
            onward_writer.close()

    def _count(self, outward: bool, size: int) -> None:
        if outward:
            self.sent += size
        else:
            self.received += size

    async def _one_way(
        self, client: Address, outward: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(CHUNK):
                self._tap.passed(client, self._server, outward, data)
                self._count(outward, len(data))
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
        except ConnectionError:
            writer.close()  # who reset it wants nothing more, and the other shall know
        self._tap.ended(client, self._server, outward)
