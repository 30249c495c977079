"""The two other processes of `tests.bench.service`: the service on one core, and somebody who floods it.

`python -m tests.bench.service_load serve STORE USERS` and `python -m tests.bench.service_load flood KIND STORE PORT`.
"""

from __future__ import annotations

import asyncio
import os
import random
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import aiohttp

from harness.calling.policy.transitions import Settings, add_user, set_policy, turn
from harness.calling.service.app import Parts
from harness.calling.service.certificates import AUTHORITY, tls_context
from harness.calling.service.media import ServiceMedia
from harness.calling.service.serve import served
from harness.calling.store.accounts import Account, Work, hashed
from harness.calling.store.store import Store, alone
from harness.model.tenant import Encryption, Tenant

HOST = "127.0.0.1"
CHEAP = Work(n=2, r=1, p=1)
PASSWORD = "a password of everybody"
MALLORY = "mallory@contoso.example"
DEVICE = {"name": "desktop", "kind": "windows", "recent": True}


def user(number: int) -> str:
    return f"user{number}@contoso.example"


def fill(store: Store, users: int) -> None:
    """Users who sign in cheaply and have turned encrypted calls on, and one whose password costs what it does."""

    def change(tenant: Tenant) -> tuple[Tenant, None]:
        for name in (*map(user, range(users)), MALLORY):
            tenant = add_user(tenant, name)
        tenant = set_policy(tenant, "Global", Settings(calling=Encryption.USER_OVERRIDE))
        for name in map(user, range(users)):
            tenant = turn(tenant, name, on=True)
        return tenant, None

    store.tenants.change(change)
    for name in (*map(user, range(users)), MALLORY):
        store.accounts.put(Account(name, False, hashed(PASSWORD, CHEAP)))
    store.accounts.put(Account("alice@contoso.example", False, hashed(PASSWORD, Work())))


async def serve(folder: Path, users: int) -> None:
    with alone(folder), closing(Store(folder)) as store:
        fill(store, users)
        parts = Parts(processor=lambda tell: ServiceMedia(HOST, store.recordings, tell), work=Work())
        async with served(store, tls_context(folder, HOST), (HOST, 0), parts) as port:
            print(port, flush=True)
            await asyncio.Event().wait()


class Flood:
    """One client that does one thing as fast as it can."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"https://{HOST}:{port}"
        self.context = ssl.create_default_context(cafile=folder / AUTHORITY)
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self.context, limit=0))

    async def token(self) -> str:
        body = {"user": MALLORY, "password": PASSWORD, "device": DEVICE}
        async with self.session.post(f"{self.url}/api/sign-in", json=body) as answer:
            return str((await answer.json())["token"])

    async def small_frames(self) -> None:
        """Frames of no meaning; closed for it, it comes back at once."""
        await self._frames("x" * 50)

    async def large_frames(self) -> None:
        await self._frames('{"type":"chat","id":1,"to":"x","text":"' + "x" * 250_000 + '"}')

    async def deep_frames(self) -> None:
        await self._frames("[" * 200_000)

    async def costly_frames(self) -> None:
        """As many faults in a frame as fit."""
        fields = ",".join(f'"{number:x}":1' for number in range(24_000))
        await self._frames('{"type":"chat","id":1,' + fields + "}")

    async def _frames(self, frame: str) -> None:
        token = await self.token()
        while True:
            try:
                async with self.session.ws_connect(f"{self.url}/api/signalling") as socket:
                    await socket.send_json({"type": "hello", "token": token})
                    while not socket.closed:
                        for _ in range(20):
                            await socket.send_str(frame)
                        await socket.receive()
            except (aiohttp.ClientError, ConnectionError):
                await asyncio.sleep(0)

    async def chats(self) -> None:
        """As much as a device may, to somebody with long lines: each is written to the disk."""
        token, number = await self.token(), 0
        async with self.session.ws_connect(f"{self.url}/api/signalling") as socket:
            await socket.send_json({"type": "hello", "token": token})
            while True:
                number += 1
                await socket.send_json({"type": "chat", "id": number, "to": user(0), "text": "x" * 4000})
                await asyncio.sleep(1 / 19)

    async def presence(self) -> None:
        """As much as a device may: each is told to everybody."""
        token, number = await self.token(), 0
        async with self.session.ws_connect(f"{self.url}/api/signalling") as socket:
            await socket.send_json({"type": "hello", "token": token})
            while True:
                number += 1
                said = random.choice(("available", "away", "busy"))
                await socket.send_json({"type": "presence", "id": number, "presence": said})
                await asyncio.sleep(1 / 19)

    async def requests(self) -> None:
        """Requests with a token, refused as soon as there are too many."""
        token = await self.token()
        headers = {"Authorization": f"Bearer {token}"}

        async def ask() -> None:
            while True:
                async with self.session.get(f"{self.url}/api/directory", headers=headers) as answer:
                    await answer.read()

        await asyncio.gather(*(ask() for _ in range(8)))

    async def sign_ins(self) -> None:
        """Passwords for somebody whose password costs what it really costs."""

        async def attempt() -> None:
            body = {"user": "alice@contoso.example", "password": "guess", "device": DEVICE}
            while True:
                async with self.session.post(f"{self.url}/api/sign-in", json=body) as answer:
                    await answer.read()

        await asyncio.gather(*(attempt() for _ in range(16)))

    async def handshakes(self) -> None:
        """Connections that do nothing after their handshake."""

        async def connect() -> None:
            while True:
                try:
                    port = int(self.url.rpartition(":")[2])
                    _, writer = await asyncio.open_connection(HOST, port, ssl=self.context, server_hostname=HOST)
                    writer.transport.abort()
                except (OSError, ssl.SSLError):
                    await asyncio.sleep(0)

        await asyncio.gather(*(connect() for _ in range(8)))


FLOODS: dict[str, Callable[[Flood], Awaitable[None]]] = {
    "small-frames": Flood.small_frames,
    "large-frames": Flood.large_frames,
    "deep-frames": Flood.deep_frames,
    "costly-frames": Flood.costly_frames,
    "chats": Flood.chats,
    "presence": Flood.presence,
    "requests": Flood.requests,
    "sign-ins": Flood.sign_ins,
    "handshakes": Flood.handshakes,
}


def first() -> None:
    """Go before whatever else the machine does, which shall not count. Processes and threads begun from here do not."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))


async def flood(kind: str, folder: Path, port: int) -> None:
    await FLOODS[kind](Flood(folder, port))


def main() -> None:
    match sys.argv[1:]:
        case ["serve", folder, users]:
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            first()
            asyncio.run(serve(Path(folder), int(users)))
        case ["flood", kind, folder, port]:
            with suppress(PermissionError):
                os.nice(-20)
            asyncio.run(flood(kind, Path(folder), int(port)))


if __name__ == "__main__":
    main()
