"""From an HTTP request to a row's answer: the token first, then the right, then how often, and only then the body."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from pydantic import TypeAdapter

from ..exchange.outcome import Written
from ..exchange.refusal import refuse
from ..exchange.told import FileOf
from ..store.accounts import Ticket, token_id
from ..store.chats import MOST_FILE, MOST_OF_USER, StoredFile
from .bodies import FileName, SignIn
from .errors import Handler
from .limits import Buckets
from .reading import read
from .rows import Request, Row, Who
from .sign_in import SignInDesk
from .switchboard import Switchboard

MOST_SIGN_IN: Final = 4096
BODY_SECONDS: Final = 30.0
RATE: Final = 20.0
BURST: Final = 120.0
"""Of one device. An administrator's page asks five times for each change, and a test drives it fast."""
SLOW_RATE: Final = 2.0
SLOW_BURST: Final = 6.0
"""Of what may take the service a tenth of a second, beside the above."""
MOST_UPLOADS: Final = 16
"""At the same time: each is in memory."""
MOST_UPLOADS_OF_USER: Final = 2
"""Who sends slowly keeps a place for half a minute: nobody has them all."""
_BEARER: Final = "Bearer "
_SIGN_IN: Final = TypeAdapter(SignIn)


class Requests:
    """What the handlers share."""

    def __init__(self, board: Switchboard, desk: SignInDesk, monotonic: Callable[[], float]) -> None:
        self._board = board
        self._desk = desk
        self._monotonic = monotonic
        self._buckets = Buckets(RATE, BURST)
        self._slow = Buckets(SLOW_RATE, SLOW_BURST)
        self._uploading = asyncio.Semaphore(MOST_UPLOADS)
        self._uploads: Counter[str] = Counter()

    def row(self, row: Row) -> Handler:
        """The handler of a row."""
        kind = TypeAdapter(row.body)

        async def handle(request: web.Request) -> web.StreamResponse:
            ticket = self._allowed(request, row.who, row.slow)
            strange = set(request.query) - row.query
            if strange or len(request.query) != len(set(request.query)):
                refuse("malformed", "The query has a word that is unknown here, or one twice.")
            body = read(kind, await _body(request, row.most) or b"{}")
            self._holder(request, row.who)
            asked = Request(ticket, request.match_info, request.query, body)
            return web.json_response(row.answer(self._board, asked))

        return handle

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        body = read(_SIGN_IN, await _body(request, MOST_SIGN_IN))
        token, ticket = await self._desk.sign_in(request.remote or "", body)
        directory = self._board.directory
        return web.json_response(
            {
                "token": token,
                "expires": ticket.expires,
                "user": directory.name(ticket.user),
                "display": directory.display(ticket.user, ticket.user),
                "administrator": ticket.administrator,
            }
        )

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A file for another user: on the disk first, then told."""
        ticket = self._allowed(request, Who.USER)
        asked = FileName.model_validate(dict(request.query))
        receiver = self._board.directory.colleague(ticket.user, asked.to)
        if receiver == ticket.user:
            refuse("yourself", "Nobody sends a file to herself.")
        chats = self._board.store.chats
        async with self._place(ticket.user):
            content = await _body(request, MOST_FILE)
            self._holder(request, Who.USER)
            if chats.sent_by(ticket.user) + len(content) > MOST_OF_USER:
                refuse("too-large", f"All your files together have at most {MOST_OF_USER} bytes.")
            name, sha256 = await asyncio.to_thread(chats.keep_bytes, content)
        file = StoredFile(name, ticket.user, receiver, asked.name, len(content), sha256)
        self._told(file)
        return web.json_response({"file": name, "name": file.name, "size": file.size, "sha256": sha256})

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file, for its two users; for anybody else there is none."""
        ticket = self._allowed(request, Who.USER)
        file = self._board.store.chats.find(request.match_info["file"])
        if file is None or ticket.user not in (file.sender, file.receiver):
            refuse("unknown", "There is no such file of yours.")
        headers = {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}
        return web.FileResponse(self._board.store.chats.path(file), headers=headers)

    def _told(self, file: StoredFile) -> None:
        chats = self._board.store.chats
        try:
            chats.keep_file(file)
            line = Written(file.file, file.sender, file.receiver, "", self._board.clock(), file.file)
            self._board.file_sent(line, FileOf(file=file.file, name=file.name, size=file.size))
        except Exception:
            chats.take_back(file.file)
            raise

    @asynccontextmanager
    async def _place(self, user: str) -> AsyncIterator[None]:
        """Room for a file on its way. Refusal for too many of one user; of all together, the others wait."""
        if self._uploads[user] >= MOST_UPLOADS_OF_USER:
            refuse("too-many", f"At most {MOST_UPLOADS_OF_USER} files at a time are taken from you.")
        self._uploads[user] += 1
        try:
            async with self._uploading:
                yield
        finally:
            self._uploads[user] -= 1
            self._uploads += Counter()  # forgets who has none

    def _allowed(self, request: web.Request, who: Who, slow: bool = False) -> Ticket:
        """Whose token it is. Refusal as for `_holder`, and when it is used too often."""
        ticket = self._holder(request, who)
        now = self._monotonic()
        if not self._buckets.take(ticket.id, now) or (slow and not self._slow.take(ticket.id, now)):
            refuse("too-many", "More requests than a device may send.")
        return ticket

    def _holder(self, request: web.Request, who: Who) -> Ticket:
        """Whose token it is. Refusal when it is none, or has not the right: asked again after a body, which may take
        half a minute, because a token that is void by then does nothing."""
        held = request.headers.getall("Authorization", [])
        token = held[0] if len(held) == 1 else ""
        if not token.startswith(_BEARER) or len(token) > 256:
            refuse("no-token", "Sign in first: a token is needed.")
        ticket = self._board.store.accounts.ticket(token_id(token[len(_BEARER) :]), self._board.clock())
        if ticket is None:
            refuse("no-token", "The token is not valid, or no longer.")
        if who is Who.ADMINISTRATOR and not ticket.administrator:
            refuse("not-allowed", "Only administrators may do this.")
        return ticket


async def _body(request: web.Request, most: int) -> bytes:
    """All of the body. Refusal `too-large`, or `too-slow`."""
    if request.content_length is not None and request.content_length > most:
        refuse("too-large", f"At most {most} bytes are taken.")
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.content.iter_any():
                content += part
                if len(content) > most:
                    refuse("too-large", f"At most {most} bytes are taken.")
    except TimeoutError:
        refuse("too-slow", f"The body did not come within {BODY_SECONDS:.0f} s.")
    return bytes(content)
