"""A real service on the loopback interface for tests, and clients that speak to it over TLS."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from harness.calling.policy.transitions import add_user
from harness.calling.service.app import Parts
from harness.calling.service.certificates import AUTHORITY, tls_context
from harness.calling.service.serve import served
from harness.calling.store.accounts import Account, Work, hashed
from harness.calling.store.store import Store, alone

CHEAP = Work(n=2, r=1, p=1)
CHEAP_PARTS = Parts(work=CHEAP)
ALICE, BOB, CEM, ADMIN = (f"{name}@contoso.example" for name in ("alice", "bob", "cem", "admin"))
PASSWORD = "correct horse battery"
DESKTOP = {"name": "desktop", "kind": "windows", "recent": True}
PHONE = {"name": "phone", "kind": "ios", "recent": True}


@contextmanager
def store_of_four(folder: Path) -> Iterator[Store]:
    """Alice, Bob, Cem and an administrator, all with one password that costs little."""
    with alone(folder), closing(Store(folder)) as store:
        if not store.accounts.all():
            store.tenants.change(lambda tenant: (add_user(add_user(tenant, CEM), ADMIN), None))
            for name in (ALICE, BOB, CEM, ADMIN):
                store.accounts.put(Account(name, name == ADMIN, hashed(PASSWORD, CHEAP)))
        yield store


@dataclass
class Device:
    """A client with a token. Frames that are no answers are kept in `told`, in order."""

    session: aiohttp.ClientSession
    url: str
    token: str
    socket: aiohttp.ClientWebSocketResponse | None = None
    told: list[dict[str, Any]] = field(default_factory=list)
    last: int = 0

    async def rest(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(method, self.url + path, json=body, headers=headers, **more) as answer:
            return answer.status, await answer.json()

    async def fetch(self, path: str) -> tuple[int, bytes]:
        """Status and bytes of the answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.read()

    async def send_file(self, to: str, name: str, content: bytes) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        headers, query = {"Authorization": f"Bearer {self.token}"}, {"to": to, "name": name}
        url = f"{self.url}/api/files"
        async with self.session.post(url, params=query, data=content, headers=headers) as answer:
            return answer.status, await answer.json()

    async def connect(self) -> dict[str, Any]:
        """Say hello; gives the first frame that is told."""
        self.socket = await self.session.ws_connect(f"{self.url}/api/signalling", max_msg_size=0)
        await self.socket.send_json({"type": "hello", "token": self.token})
        return await self.next()

    async def say(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The answer to a frame."""
        assert self.socket is not None
        self.last += 1
        await self.socket.send_json({"type": type_, "id": self.last, **fields})
        return await self.answer()

    async def answer(self) -> dict[str, Any]:
        """The next frame that is an answer."""
        while "id" not in (frame := await self.frame()):
            self.told.append(frame)
        return frame

    async def next(self, *types: str) -> dict[str, Any]:
        """The next frame that is told on its own (of these types)."""
        while True:
            frame = self.told.pop(0) if self.told else await self.frame()
            if "id" not in frame and (not types or frame["type"] in types):
                return frame

    async def presence_of(self, user: str) -> str:
        """As the directory has it."""
        _, answer = await self.rest("GET", "/api/directory")
        return next(str(one["presence"]) for one in answer["users"] if one["user"] == user)

    async def frame(self) -> dict[str, Any]:
        assert self.socket is not None
        return dict(await self.socket.receive_json(timeout=10))

    async def closed(self) -> aiohttp.WSMessage:
        """Read to the end of the connection; the last message."""
        assert self.socket is not None
        while True:
            message = await self.socket.receive(timeout=10)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return message
            self.told.append(message.json())


@dataclass
class Running:
    """The service, and how to reach it."""

    store: Store
    port: int
    context: ssl.SSLContext
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    async def sign_in(self, user: str, device: dict[str, Any] = DESKTOP, password: str = PASSWORD) -> Device:
        status, answer = await self.device().rest(
            "POST", "/api/sign-in", {"user": user, "password": password, "device": device}
        )
        assert status == 200, answer
        return self.device(answer["token"])

    def device(self, token: str = "") -> Device:
        """A client with this token, or with none."""
        return Device(self.session, self.url, token)

    async def socket(self, **more: Any) -> Any:
        """A connection on which nothing has been said."""
        return await self.session.ws_connect(f"{self.url}/api/signalling", **more)

    async def connected(self, user: str, device: dict[str, Any] = DESKTOP) -> Device:
        """Signed in and welcomed."""
        one = await self.sign_in(user, device)
        assert (await one.connect())["type"] == "welcome"
        return one


@asynccontextmanager
async def running(folder: Path, parts: Parts = CHEAP_PARTS) -> AsyncIterator[Running]:
    """A service on a store of four, reached over TLS under its own authority."""
    with store_of_four(folder) as store:
        context = tls_context(folder, "127.0.0.1")
        trusted = ssl.create_default_context(cafile=folder / AUTHORITY)
        connector = aiohttp.TCPConnector(ssl=trusted, limit=0)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            served(store, context, ("127.0.0.1", 0), parts) as port,
        ):
            yield Running(store, port, trusted, session)


async def allow_encryption(service: Running) -> None:
    """The administrator allows it, and Alice and Bob turn it on."""
    admin = await service.sign_in(ADMIN)
    settings = {"CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride"}
    assert (await admin.rest("PATCH", "/api/policies/Global", settings))[0] == 200
    for user in (ALICE, BOB):
        one = await service.sign_in(user)
        assert (await one.rest("PUT", "/api/me/toggle", {"on": True}))[0] == 200


async def deaf_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
    """Connect by hand with a token, and read nothing after the hello."""
    key = base64.b64encode(b"sixteen bytes...").decode()
    lines = ("GET /api/signalling HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade")
    more = ("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "")
    writer.write("\r\n".join((*lines, *more)).encode())
    assert b" 101 " in await reader.readline()
    while await reader.readline() != b"\r\n":
        pass
    hello = json.dumps({"type": "hello", "token": token}).encode()
    writer.write(bytes((0x81, 0x80 | len(hello), 0, 0, 0, 0)) + hello)  # masked with zeros (RFC 6455 section 5.2)
    await writer.drain()
