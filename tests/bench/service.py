"""The calling service under load, and beside somebody who floods it: `python -m tests.bench.service [SECONDS]`.

The service has one core to itself; 200 users are signed in, and 50 calls are set up, held and ended over and over, all
at the same time. A set-up lasts from the invitation to the answer at the caller, over ringing, acceptance and offer.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from harness.calling.service.certificates import AUTHORITY
from harness.endpoints.service_client import ServiceClient, Told
from harness.model.base import Asset, Party
from harness.model.tenant import Client
from tests.bench.service_load import DEVICE, FLOODS, HOST, PASSWORD, first, user
from tests.live.endpoint_calls import dial
from tests.live.service_people import Called, Person

USERS = 200
CALLS = 50
REAL_CALLS = 30
HOLD = 2.0
"""Seconds that a call is up: 25 calls begin and end each second."""
SDP = "v=0\r\n" + "a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host\r\n" * 50


@dataclass
class Phone:
    """A device: what it is told goes to whoever waits for it."""

    socket: aiohttp.ClientWebSocketResponse
    name: str
    waiting: dict[Any, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    errors: list[str] = field(default_factory=list)

    async def read(self) -> None:
        async for message in self.socket:
            if message.data.startswith('{"type":"presence"'):
                continue
            frame = message.json()
            future = self.waiting.pop(frame.get("id", frame["type"]), None)
            if future is not None:
                future.set_result(frame)
            if frame["type"] in ("refused", "bye"):
                self.errors.append(f"{frame['type']}: {frame['reason']}")

    def expect(self, key: Any) -> asyncio.Future[dict[str, Any]]:
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[key] = future
        return future

    async def say(self, kind: str, **fields: Any) -> dict[str, Any]:
        number = next(self.numbers)
        answered = self.expect(number)
        await self.socket.send_json({"type": kind, "id": number, **fields})
        return await answered


@dataclass
class Measured:
    """Seconds of each set-up and of each frame that a caller sent."""

    set_ups: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)


async def call(alice: Phone, bob: Phone, measured: Measured) -> None:
    begin = time.perf_counter()
    incoming = bob.expect("incoming")
    id_ = (await alice.say("invite", to=bob.name, media=["audio"]))["call"]
    measured.frames.append(time.perf_counter() - begin)
    await incoming
    accepted, offered, answered = alice.expect("accepted"), bob.expect("offer"), alice.expect("answer")
    await bob.say("ringing", call=id_)
    await bob.say("accept", call=id_)
    await accepted
    await alice.say("offer", call=id_, sdp=SDP)
    await offered
    await bob.say("answer", call=id_, sdp=SDP)
    await answered
    measured.set_ups.append(time.perf_counter() - begin)
    await asyncio.sleep(HOLD)
    over = bob.expect("hung-up")
    await alice.say("hang-up", call=id_)
    await over


async def calls(phones: list[Phone], seconds: float) -> Measured:
    """Fifty pairs call each other until the time is over, beginning one after the other."""
    measured, end = Measured(), time.perf_counter() + seconds

    async def pair(number: int) -> None:
        await asyncio.sleep(HOLD * number / CALLS)
        while time.perf_counter() < end:
            await call(phones[2 * number], phones[2 * number + 1], measured)

    await asyncio.gather(*(pair(number) for number in range(CALLS)))
    return measured


async def connected(session: aiohttp.ClientSession, url: str) -> tuple[list[Phone], float]:
    """Every user signed in and welcomed, and the seconds that it took."""
    begin, room = time.perf_counter(), asyncio.Semaphore(8)

    async def one(name: str) -> Phone:
        async with room:
            body = {"user": name, "password": PASSWORD, "device": DEVICE}
            async with session.post(f"{url}/api/sign-in", json=body) as answer:
                token = (await answer.json())["token"]
            phone = Phone(await session.ws_connect(f"{url}/api/signalling", max_msg_size=0), name)
            welcome = phone.expect("welcome")
            await phone.socket.send_json({"type": "hello", "token": token})
            phone.reading = asyncio.create_task(phone.read())  # type: ignore[attr-defined]
            await welcome
            return phone

    phones = await asyncio.gather(*(one(user(number)) for number in range(USERS)))
    return phones, time.perf_counter() - begin


async def real_calls(folder: Path, port: int) -> tuple[list[float], list[float]]:
    """Seconds until two aiortc clients show their codes: through the service, and with nothing in between; in turns."""
    through, direct = [], []
    async with AsyncExitStack() as stack:
        devices: dict[Party, tuple[ServiceClient, asyncio.Queue[Told]]] = {}
        for party, name in zip(Party, (user(0), user(1)), strict=True):
            client = await stack.enter_async_context(ServiceClient((HOST, port), HOST, str(folder / AUTHORITY)))
            await client.sign_in(name, PASSWORD, Client.model_validate(DEVICE, strict=False))
            devices[party] = client, asyncio.Queue()
            await client.connect(devices[party][1].put_nowait)
        for _ in range(REAL_CALLS):
            async with dial(mode=None, media=(Asset.AUDIO,)) as endpoints:
                alice, bob = (
                    Person(party, client, endpoints.endpoints[party], frames=frames)
                    for party, (client, frames) in devices.items()
                )
                begin = time.perf_counter()
                called = Called(endpoints, alice, bob)
                await called.set_up(user(1))
                through.append(time.perf_counter() - begin)
                (code,) = called.codes()
                assert code is not None
                await alice.say("hang-up")
                await bob.told("hung-up")
            async with dial(media=(Asset.AUDIO,)) as endpoints:
                begin = time.perf_counter()
                await endpoints.negotiate()
                await endpoints.connect()
                direct.append(time.perf_counter() - begin)
    return through, direct


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.service_load", *arguments]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def shown(name: str, values: list[float]) -> str:
    hundredths = statistics.quantiles(values, n=100)
    return f"{name} median {hundredths[49] * 1e3:.1f} ms, 95th percentile {hundredths[94] * 1e3:.1f} ms"


def busy(pid: int) -> float:
    """Seconds of processor that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


async def measure(folder: Path, port: int, pid: int, seconds: float) -> int:
    url = f"https://{HOST}:{port}"
    context = ssl.create_default_context(cafile=folder / AUTHORITY)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=0)) as session:
        phones, took = await connected(session, url)
        print(f"{len(phones)} users signed in and connected in {took:.1f} s")
        before, begin = busy(pid), time.perf_counter()
        quiet = await calls(phones, seconds)
        load = (busy(pid) - before) / (time.perf_counter() - begin)
        print(f"{CALLS} calls at a time, {len(quiet.set_ups)} in {seconds:.0f} s, {load:.0%} of one core:")
        print(f"  {shown('set-up', quiet.set_ups)}; {shown('frame to ok', quiet.frames)}")
        for kind in FLOODS:
            with process("flood", kind, str(folder), str(port)):
                await asyncio.sleep(2)
                before, begin = busy(pid), time.perf_counter()
                loud = await calls(phones, seconds)
                load = (busy(pid) - before) / (time.perf_counter() - begin)
            late = statistics.quantiles(loud.set_ups, n=20)[18] - statistics.quantiles(quiet.set_ups, n=20)[18]
            print(f"beside a flood of {kind} ({len(loud.set_ups)} calls, {load:.0%} of one core): {late * 1e3:+.1f} ms")
            print(f"  {shown('set-up', loud.set_ups)}; {shown('frame to ok', loud.frames)}")
        errors = [error for phone in phones for error in phone.errors]
        print(f"errors: {len(errors)} {sorted(set(errors))}")
        for phone in phones:
            await phone.socket.close()
        return len(errors)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder, process("serve", f"{folder}/store", str(USERS)) as service:
        assert service.stdout is not None
        port = int(service.stdout.readline())
        rest = os.sched_getaffinity(0) - {min(os.sched_getaffinity(0))}
        os.sched_setaffinity(0, rest or os.sched_getaffinity(0))
        first()  # the one who measures goes before the one who floods, where they share a core
        through, direct = asyncio.run(real_calls(Path(folder) / "store", port))
        more = statistics.median(through) - statistics.median(direct)
        print(f"{REAL_CALLS} calls of aiortc, from the invitation to both codes: the service adds {more * 1e3:.1f} ms")
        print(f"  {shown('through the service', through)}; {shown('offer and answer alone', direct)}")
        errors = asyncio.run(measure(Path(folder) / "store", port, service.pid, seconds))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
