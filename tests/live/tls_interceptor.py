"""Somebody on the way to the service who ends TLS there, with a certificate of an authority of his own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.calling.service.certificates import tls_context

HOST = "127.0.0.1"


@dataclass
class TlsInterceptor:
    """`read` is everything that he has in clear of whoever came, `refusals` why handshakes with him came to nothing.

    His certificate is for the right name, and good in every way but for who signed it.
    """

    port: int = 0
    read: bytearray = field(default_factory=bytearray)
    refusals: list[str] = field(default_factory=list)
    refused: asyncio.Event = field(default_factory=asyncio.Event)

    async def met(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: int, own: ssl.SSLContext
    ) -> None:
        """One connection: a handshake with who came, then everything to the service and back."""
        try:
            await writer.start_tls(own)
        except (ssl.SSLError, ConnectionError) as error:
            self._refused(error)
            return
        blind = ssl.create_default_context()
        blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
        onward = await asyncio.open_connection(HOST, service, ssl=blind)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, onward[1], self.read))
                both.create_task(self._pass(onward[0], writer, bytearray()))
        except* (ssl.SSLError, ConnectionError) as errors:
            self._refused(errors.exceptions[0])
        finally:
            onward[1].close()
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        while data := await reader.read(65_536):
            kept += data
            writer.write(data)
            await writer.drain()
        writer.close()

    def _refused(self, error: BaseException) -> None:
        self.refusals.append(repr(error))
        self.refused.set()


def _context(own: Path) -> ssl.SSLContext:
    own.mkdir()
    return tls_context(own, HOST)


@asynccontextmanager
async def tls_interceptor(own: Path, service: int) -> AsyncIterator[TlsInterceptor]:
    """He stands before the service at this port; `own` is the folder of his authority."""
    one, context = TlsInterceptor(), _context(own)
    meetings: set[asyncio.Task[None]] = set()

    def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meetings.add(asyncio.ensure_future(one.met(reader, writer, service, context)))

    server = await asyncio.start_server(came, HOST, 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        for meeting in meetings:
            meeting.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*meetings, return_exceptions=True)
