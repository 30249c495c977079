"""A device that is signed in to the calling service: docs/calling-service.md, from the client's side.

It speaks HTTPS and a WebSocket and knows nothing of media. What the service says is untrusted: bounded, read as JSON.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, Final

import aiohttp

from ..model.datagram import Address
from ..model.keying import Keying
from ..model.tenant import Client

PATIENCE: Final = 20.0
"""Seconds for an answer of the service."""
MOST_FRAME: Final = 1 << 20
MOST_BODY: Final = 16 << 20

Told = dict[str, Any]
"""A frame of the service: it has a `type`."""


class ServiceRefused(Exception):
    """The service says no, and why: a word, and a sentence for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ServiceLost(Exception):
    """The service cannot be reached, is not who it should be, or speaks another language; the message says why."""


class ServiceClient:
    """One device. Use as an asynchronous context manager; sign in first, then connect.

    `address` is where to go, `name` whom its certificate must be for, `authority` the file of the one that says so.
    """

    def __init__(self, address: Address, name: str, authority: str) -> None:
        self._base = f"https://{address[0]}:{address[1]}"
        self._name = name
        self._tls = ssl.create_default_context(cafile=authority)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token: str | None = None
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ServiceClient:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def sign_in(self, user: str, password: str, device: Client) -> Told:
        """The answer of the service; from now on requests carry its token."""
        said = {"user": user, "password": password, "device": device.model_dump(mode="json")}
        answer = await self.request("POST", "/api/sign-in", said)
        self._token = str(answer.get("token"))
        return answer

    async def connect(self, heed: Callable[[Told], None], keying: Keying = Keying.SDES) -> None:
        """Open the signalling. `heed` is told what the service says on its own, in order; last of all `bye`.

        `keying`: how this device gets the keys of ordinary calls.
        """
        try:
            self._socket = await self._open().ws_connect(
                f"{self._base}/api/signalling",
                ssl=self._tls,
                server_hostname=self._name,
                max_msg_size=MOST_FRAME,
                autoclose=True,
            )
            await self._socket.send_json({"type": "hello", "token": self._token, "keying": keying.value})
            welcome = await self._socket.receive(PATIENCE)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ServiceLost(f"the signalling cannot be opened: {error}") from error
        said = _frame(welcome)
        if said is None or said.get("type") != "welcome":
            raise ServiceLost(f"the service did not say welcome: {str(said)[:200]}")
        self._reading = asyncio.create_task(self._read(self._socket, heed))

    async def say(self, kind: str, **fields: Any) -> Told:
        """Say one frame; the fields of its `ok`. ServiceRefused, or ServiceLost."""
        socket = self._socket
        if socket is None or self._reading is None or self._reading.done():
            raise ServiceLost("the signalling is not open")
        number = next(self._numbers)
        answered: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answered
        try:
            async with asyncio.timeout(PATIENCE):
                await socket.send_json({"type": kind, "id": number, **fields})
                answer = await answered
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ServiceLost(f"no answer to {kind!r}: {error or 'in time'}") from error
        finally:
            self._waiting.pop(number, None)
        if answer.get("type") != "ok":
            raise _refused(answer)
        return answer

    async def request(self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None) -> Told:
        """One REST request, of JSON or bytes; its answer. ServiceRefused, or ServiceLost."""
        sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        status, answer = await self._exchanged(method, path, **sent)
        try:
            said = _json(answer)
        except ValueError as error:
            raise ServiceLost(f"{method} {path}: the answer is {error}") from error
        if status != 200:
            raise _refused(said)
        return said

    async def file(self, name: str) -> bytes:
        """The bytes of a file that the service keeps for this user. ServiceRefused, or ServiceLost."""
        status, answer = await self._exchanged("GET", f"/api/files/{name}")
        if status != 200:
            raise ServiceRefused("no-file", f"The service gives no file, but the status {status}.")
        return answer

    # inner steps

    async def _exchanged(self, method: str, path: str, **sent: Any) -> tuple[int, bytes]:
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        try:
            async with self._open().request(
                method, f"{self._base}{path}", headers=headers, ssl=self._tls, server_hostname=self._name, **sent
            ) as response:
                return response.status, await _whole(response)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ServiceLost(f"{method} {path}: {error}") from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ServiceLost("the client is not open")
        return self._session

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, heed: Callable[[Told], None]) -> None:
        """Answers to whom waits for them, the rest to `heed`; what is no frame ends it."""
        try:
            async for message in socket:
                said = _frame(message)
                if said is None:
                    break
                waiting = self._waiting.get(said["id"]) if isinstance(said.get("id"), int) else None
                if waiting is None:
                    heed(said)
                elif not waiting.done():
                    waiting.set_result(said)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_result({"type": "refused", "reason": "connection-lost", "detail": "It has ended."})


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_BODY:
            raise aiohttp.ClientPayloadError(f"more than {MOST_BODY} bytes")
    return bytes(body)


def _frame(message: aiohttp.WSMessage) -> Told | None:
    """A text frame that is a JSON object with a type; None for anything else."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return None
    with suppress(ValueError):
        said = _json(message.data)
        return said if isinstance(said.get("type"), str) else None
    return None


def _json(text: str | bytes) -> Told:
    """An object; ValueError for anything else."""
    try:
        said: object = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(said, dict):
        raise ValueError("no JSON object")
    return said


def _refused(answer: Told) -> ServiceRefused:
    return ServiceRefused(str(answer.get("reason"))[:64], str(answer.get("detail"))[:1000])
