"""Janus's own API, for one client: JSON in a WebSocket over a socket of the file system.

A request has a transaction, and so has its answer. What a plugin is asked is acknowledged first and answered by an
event; other events come by themselves, from the handle that they are about.

Of its transports this is the one for us: it needs no port, and is ready when it listens. That for bare sockets of the
file system (pfunix) ended at once in 3 of 20 starts of 1.1.2, because its thread can begin before it may.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, UnixConnector, WSMsgType

from .child import ChildFailed

MOST_ANSWERED: Final = 1 << 20
"""Bytes of a message of Janus's."""
MOST_UNREAD: Final = 256
"""Messages that nobody waits for yet. A call of two has a dozen."""

SECONDS: Final = 5.0
_ACKNOWLEDGED: Final = "ack"

Message = dict[str, Any]


class JanusApi:
    """One connection. `connect` it, then `ask` and `hear`; `close` it whatever happened."""

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol
        self._session: ClientSession | None = None
        self._socket: ClientWebSocketResponse | None = None
        self._unread: deque[Message] = deque(maxlen=MOST_UNREAD)
        self._news = asyncio.Condition()
        self._broken: str | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self, path: Path) -> None:
        """OSError when nobody listens there. The path may be longer than an address of a socket can be."""
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        session = ClientSession(connector=UnixConnector(path=f"/proc/self/fd/{folder}/{path.name}"))
        try:
            self._socket = await session.ws_connect(
                "http://janus/", protocols=(self._protocol,), max_msg_size=MOST_ANSWERED
            )
        except ClientError as error:
            raise ConnectionError(str(error)) from error
        finally:
            os.close(folder)
            if self._socket is None:
                await session.close()
        self._session = session
        self._reading = asyncio.create_task(self._read(self._socket))

    async def ask(self, request: Message, what: str = "") -> Message:
        """The answer to a request. ChildFailed, with Janus's words, when it is refused or never answered.

        `what` is what is asked for, in a word, where the request itself does not say it.
        """
        if self._socket is None:
            raise ChildFailed("janus was never connected")
        transaction = secrets.token_hex(8)
        try:
            await self._socket.send_str(json.dumps({**request, "transaction": transaction}))
        except (OSError, ClientError) as error:
            raise ChildFailed(f"janus takes no request: {error}") from error
        answer = await self.hear(
            lambda one: one.get("transaction") == transaction and one.get("janus") != _ACKNOWLEDGED,
            f"to the {what or request['janus']}",
        )
        if answer.get("janus") == "error":
            why = str(field(answer, "error", "reason"))[:300]
            raise ChildFailed(f"janus refuses the {what or request['janus']}: {why}")
        return answer

    async def hear(self, wanted: Callable[[Message], bool], what: str) -> Message:
        """The first message that is wanted, whether it has come or is still to come. ChildFailed when none comes."""
        try:
            async with asyncio.timeout(SECONDS), self._news:
                while (found := next((one for one in self._unread if wanted(one)), None)) is None:
                    if self._broken is not None:
                        raise ChildFailed(self._broken)
                    await self._news.wait()
                self._unread.remove(found)
                return found
        except TimeoutError:
            raise ChildFailed(f"janus says nothing {what} in {SECONDS:g} s") from None

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _read(self, source: ClientWebSocketResponse) -> None:
        why = "janus has hung up"
        try:
            async for said in source:
                await self._take(_object(said.data) if said.type is WSMsgType.TEXT else {})
        except (OSError, ClientError, ValueError, RecursionError) as error:
            why = f"janus cannot be understood: {error}"[:300]
        async with self._news:
            self._broken = why
            self._news.notify_all()

    async def _take(self, said: Message) -> None:
        async with self._news:
            self._unread.append(said)
            self._news.notify_all()


def field(message: Any, *path: str) -> Any:
    """What stands in a message, however deep; None where it does not."""
    for name in path:
        message = message.get(name) if isinstance(message, dict) else None
    return message


def number(message: Message, *path: str) -> int:
    """A number of a message. ChildFailed when there is none."""
    found = field(message, *path)
    if not isinstance(found, int):
        raise ChildFailed(f"janus names no {' '.join(path)}")
    return found


def _object(text: str) -> Message:
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("a message is no object")
    return said
