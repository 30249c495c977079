"""WebDriver BiDi (w3.org/TR/webdriver-bidi): commands and events over one WebSocket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from typing import Any, Final

import aiohttp

MOST: Final = 1 << 22
"""Bytes of a message: a line of a program (model/endpoint_protocol), spelled by JSON once more."""

SECONDS: Final = 20.0
"""For an answer, on a machine that does much else."""


class BidiError(Exception):
    """The browser refused a command, or is gone; the message says which."""


class Bidi:
    """One session. `connect` it first; commands go out in the order in which they are given.

    `explain` is asked why, when the browser has ended the session. `within`: sockets that are opened meanwhile are in
    the network of the browser.
    """

    def __init__(
        self, explain: Callable[[], Awaitable[str]], within: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._explain, self._within = explain, within
        self._why = "the browser cannot be understood"
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=self._socket))
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._channels: dict[str, Callable[[Any], None]] = {}
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, address: str) -> str:
        """Begin a session; the browser's name and version. BidiError when there is none to be had."""
        try:
            session = await self._http.ws_connect(f"{address}/session", max_msg_size=MOST)
        except (aiohttp.ClientError, OSError) as error:
            raise BidiError(f"no session at {address}: {error}") from error
        self._tasks = [asyncio.create_task(self._write(session)), asyncio.create_task(self._read(session))]
        begun = await self.command("session.new", capabilities={})
        await self.command("session.subscribe", events=["script.message"])
        told = begun["capabilities"]
        return f"{told['browserName']}/{told['browserVersion']}"

    @property
    def fault(self) -> str | None:
        """Why nothing can be had of the browser any more; None while it can."""
        return self._why if self._tasks and self._tasks[-1].done() else None

    async def lost(self) -> str:
        """Wait until nothing can be had any more of the browser that it is connected to; why."""
        await asyncio.wait({self._tasks[-1]})
        return self._why

    def listen(self, channel: str, heed: Callable[[Any], None]) -> None:
        """What a page says on this channel goes there."""
        self._channels[channel] = heed

    def forget(self, channel: str) -> None:
        self._channels.pop(channel, None)

    def give(self, method: str, parameters: Mapping[str, Any]) -> asyncio.Future[Any]:
        """Send a command at once; its result comes, or BidiError."""
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.fault is not None:
            answer.set_exception(BidiError(self.fault))
            return answer
        self._waiting[number] = answer
        self._outgoing.put_nowait(json.dumps({"id": number, "method": method, "params": parameters}))
        return answer

    async def command(self, method: str, **parameters: Any) -> Any:
        try:
            async with asyncio.timeout(SECONDS):
                return await self.give(method, parameters)
        except TimeoutError:
            raise BidiError(f"the browser did not answer {method} for {SECONDS:g} s") from None

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lose("the session was closed")
        await self._http.close()

    def _socket(self, place: tuple[Any, ...]) -> socket.socket:
        """For one of the answers of getaddrinfo: a socket stays in the network in which it was opened."""
        family, kind, protocol, *_ = place
        with self._within():
            return socket.socket(family, kind, protocol)

    async def _write(self, session: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            await session.send_str(await self._outgoing.get())

    async def _read(self, session: aiohttp.ClientWebSocketResponse) -> None:
        async for message in session:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(json.loads(message.data))
        self._why = await self._explain()
        self._lose(self._why)

    def _take(self, said: dict[str, Any]) -> None:
        if said.get("method") == "script.message":
            heed = self._channels.get(said["params"]["channel"])
            if heed is not None:
                heed(said["params"]["data"].get("value"))
            return
        answer = self._waiting.pop(said.get("id") or 0, None)
        if answer is None or answer.done():
            return
        if said.get("type") == "success":
            answer.set_result(said["result"])
        else:
            answer.set_exception(BidiError(f"{said.get('error')}: {said.get('message')}"[:500]))

    def _lose(self, why: str) -> None:
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(BidiError(why))
                answer.exception()  # nobody may be waiting any more
