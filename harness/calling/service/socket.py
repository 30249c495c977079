"""`GET /api/signalling`: frames in, one after the other, and frames out through a bounded queue."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from pydantic import TypeAdapter, ValidationError

from ..exchange.refusal import Refusal, refuse
from ..exchange.said import SAID, Hello, Said
from ..exchange.state import Session
from ..exchange.told import Bye
from ..exchange.words import MOST_FRAME
from ..store.accounts import token_id
from .errors import refusal_of
from .limits import Bucket
from .reading import read
from .switchboard import Switchboard

HELLO_SECONDS: Final = 10.0
ALIVE_SECONDS: Final = 20.0
"""How often a client is asked whether it is still there."""
RATE: Final = 20.0
BURST: Final = 60.0
BYTES_A_FRAME: Final = 16_384
"""A longer frame counts as several."""
MOST_WAITING: Final = 1024
MOST_WAITING_BYTES: Final = 4 * 1024 * 1024
"""Of what a device has not read yet: beyond, it is closed."""

_HELLO: Final = TypeAdapter(Hello)


class Outgoing:
    """What is told to one device, in order. One that reads too slowly is cut off."""

    def __init__(self, socket: web.WebSocketResponse, cut: Callable[[], None]) -> None:
        self._socket = socket
        self._cut = cut
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._last: str | None = None

    def tell(self, text: str) -> None:
        if self._last is not None:
            return
        self._waiting.append(text)
        self._bytes += len(text)
        if len(self._waiting) > MOST_WAITING or self._bytes > MOST_WAITING_BYTES:
            self._waiting.clear()
            self.close("too-slow")
            self._cut()
        self._news.set()

    def close(self, reason: str) -> None:
        self._last = self._last or reason
        self._news.set()

    async def send(self) -> None:
        """Until it is closed."""
        while self._waiting or self._last is None:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            text = self._waiting.popleft()
            self._bytes -= len(text)
            await self._socket.send_str(text)
        await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=self._last.encode())


class Frames:
    """A device's frames, made into what it says. Refusal for what is none; `id` is that of the frame if it has one."""

    def __init__(self) -> None:
        self._last = 0

    def read(self, text: str) -> Said:
        """`id`s go up, so that each is answered once."""
        said = read(SAID, text)
        if said.id <= self._last:
            refuse("out-of-order", f"The id {said.id} was used, or a later one: ids go up.")
        self._last = said.id
        return said


async def signalling(request: web.Request, board: Switchboard, monotonic: Callable[[], float]) -> web.StreamResponse:
    """One device, from its hello to its end."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"https://{request.host}":
        refuse("not-allowed", "Only pages of this service may connect.")
    socket = web.WebSocketResponse(max_msg_size=MOST_FRAME, compress=False, heartbeat=ALIVE_SECONDS)
    await socket.prepare(request)
    transport = request.transport
    assert transport is not None
    outgoing = Outgoing(socket, transport.abort)
    sending = asyncio.create_task(_sent(outgoing))
    try:
        await _served(socket, outgoing, board, monotonic)
    finally:
        outgoing.close("over")
        await sending
    return socket


async def _sent(outgoing: Outgoing) -> None:
    with suppress(ConnectionError):
        await outgoing.send()


async def _served(
    socket: web.WebSocketResponse, outgoing: Outgoing, board: Switchboard, monotonic: Callable[[], float]
) -> None:
    try:
        session = await _hello(socket, board)
        board.join(session, outgoing)
    except (Refusal, ValidationError) as error:
        outgoing.tell(Bye(reason=refusal_of(error).reason).encoded())
        return
    try:
        await _listen(socket, outgoing, board, session.id, monotonic)
    finally:
        if board.connected(session.id, outgoing):
            board.leave(session.id)


async def _hello(socket: web.WebSocketResponse, board: Switchboard) -> Session:
    """The first frame, or a Refusal."""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            message = await socket.receive()
    except TimeoutError:
        refuse("no-hello", "No hello came.")
    if message.type is not WSMsgType.TEXT:
        refuse("malformed", "The first frame is a hello.")
    hello = read(_HELLO, message.data)
    ticket = board.store.accounts.ticket(token_id(hello.token), board.clock())
    if ticket is None:
        refuse("no-token", "The token is not valid.")
    return Session(ticket.id, ticket.user, ticket.device, ticket.expires, hello.keying)


async def _listen(
    socket: web.WebSocketResponse,
    outgoing: Outgoing,
    board: Switchboard,
    session: str,
    monotonic: Callable[[], float],
) -> None:
    """Frame after frame. Between two of them everybody else has a turn."""
    frames, bucket = Frames(), Bucket(RATE, BURST)
    while board.connected(session, outgoing):
        message = await socket.receive()
        if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
            return
        if not bucket.take(monotonic(), 1 + _size(message) // BYTES_A_FRAME):
            outgoing.tell(_refused(_id_of(message), Refusal("too-many", "More frames than a device may send.")))
            board.leave(session, "too-many")
            return
        await board.settled()
        refusal = _heard(board, session, frames, message)
        if refusal is not None:
            outgoing.tell(_refused(_id_of(message), refusal))
        await asyncio.sleep(0)


def _heard(board: Switchboard, session: str, frames: Frames, message: WSMessage) -> Refusal | None:
    """Do what a frame says, which answers it; or say why not."""
    try:
        if message.type is not WSMsgType.TEXT:
            refuse("malformed", "Frames are text.")
        board.say(session, frames.read(message.data))
    except Exception as error:  # noqa: BLE001 - the last place before the client
        return refusal_of(error)
    return None


def _refused(id_: int | None, refusal: Refusal) -> str:
    return json.dumps({"type": "refused", "id": id_, "reason": refusal.reason, "detail": refusal.detail})


def _id_of(message: WSMessage) -> int | None:
    """The id of a frame that was refused, if it can be told."""
    if message.type is not WSMsgType.TEXT or len(message.data) > BYTES_A_FRAME:
        return None
    try:
        frame: Any = json.loads(message.data)
    except (ValueError, RecursionError):
        return None
    id_ = frame.get("id") if isinstance(frame, dict) else None
    return id_ if isinstance(id_, int) and not isinstance(id_, bool) and 0 < id_ <= 2**53 else None


def _size(message: WSMessage) -> int:
    return len(message.data) if message.type in (WSMsgType.TEXT, WSMsgType.BINARY) else 0
