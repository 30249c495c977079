"""One client's connection. What is no HTTP is answered like any other mistake, and told in one line of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.http_exceptions import InvalidURLError

from ..exchange.refusal import Refusal
from .errors import LOG, answer_of, refusal_of
from .limits import Bucket
from .pages import HEADERS

MOST_SAID: Final = 100
"""Characters of a reason."""
LINES_A_SECOND: Final = 1.0
MOST_LINES: Final = 10
"""At once. Of what comes faster only the number is told, in the next line."""


class Complaints:
    """What the log is told about clients: bounded in length and number, whatever they send."""

    def __init__(self) -> None:
        self._room = Bucket(LINES_A_SECOND, MOST_LINES)
        self._unsaid = 0

    def tell(self, remote: str | None, said: str, now: float) -> None:
        """`now` is in seconds of a clock that cannot be set."""
        if not self._room.take(now):
            self._unsaid += 1
            return
        more = f" (and {self._unsaid} more)" if self._unsaid else ""
        LOG.warning("no HTTP request from %s: %s%s", remote, said, more)
        self._unsaid = 0


class Connection(web.RequestHandler):
    """As the library has it, but for what it says of errors, to the client and to the log."""

    __slots__ = ("_complaints", "_made")

    def __init__(
        self, server: web.Server, complaints: Complaints, made: Callable[[Connection], None], **options: Any
    ) -> None:
        super().__init__(server, **options)
        self._complaints, self._made = complaints, made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """After the handshake, and before anything is read."""
        super().connection_made(transport)
        self._made(self)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The answer to what came to no handler, or got past them all; it closes the connection."""
        if request.writer.output_size > 0:
            raise ConnectionResetError("an answer is on its way already")
        if isinstance(exc, HttpProcessingError):
            said = said_of(exc)
            self._complaints.tell(request.remote, said, self._loop.time())
            return _closing(Refusal("malformed", f"This is no HTTP request: {said}."))
        return _closing(refusal_of(exc if isinstance(exc, Exception) else RuntimeError(message)))

    def log_exception(self, *args: Any, **named: Any) -> None:
        """One line. `exc_info` is an exception here, and its text may hold what a client sent."""
        LOG.error("a connection: %s: %s", args[0] if args else "", type(named.get("exc_info")).__name__)


def said_of(error: HttpProcessingError) -> str:
    """What the parser found, without what it quotes, which may hold a secret."""
    if isinstance(error, InvalidURLError):
        return "its address is none"
    said = error.message.partition("\n")[0].partition(" when reading")[0]
    return ascii(said[:MOST_SAID].rstrip(":. "))[1:-1]


class _Bare(web.Response):
    """Without the name of the library, which `pages.headers` takes off everything that comes to a handler."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall("Server", None)


def _closing(refusal: Refusal) -> web.Response:
    plain = answer_of(refusal)
    answer = _Bare(body=plain.body, status=plain.status, content_type="application/json", charset="utf-8")
    answer.headers.update(HEADERS | {"Cache-Control": "no-store"})
    answer.force_close()
    return answer
