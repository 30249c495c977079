"""A device at the service: it signs in under TLS, asks and is answered, is told, and knows why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from harness.calling.service.certificates import AUTHORITY, tls_context
from harness.endpoints.service_client import ServiceClient, ServiceLost, ServiceRefused, Told
from harness.model.base import Party
from harness.model.tenant import Client, ClientKind
from harness.network.stream_path import StreamPath
from harness.vantage import tcp
from harness.vantage.stream_tap import StreamTap
from harness.wire.tls import read_stream
from tests.unit.calling.service.running import ALICE, BOB, PASSWORD, Running, running

pytestmark = pytest.mark.asyncio

DESKTOP = Client(name="desktop", kind=ClientKind.WINDOWS)
HOST = "127.0.0.1"


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "store") as one:
        yield one


def port_of(service: Running) -> int:
    return int(service.url.rpartition(":")[2])


@asynccontextmanager
async def client(
    service: Running, store: Path, port: int | None = None, name: str = HOST
) -> AsyncIterator[ServiceClient]:
    async with ServiceClient((HOST, port or port_of(service)), name, str(store / AUTHORITY)) as one:
        yield one


class Heard:
    """What a device was told."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[Told] = asyncio.Queue()

    async def next(self, kind: str) -> Told:
        while True:
            frame = await asyncio.wait_for(self.frames.get(), 10)
            if frame["type"] == kind:
                return frame


async def test_two_devices_set_up_a_call_and_are_told_of_each_other(service: Running, tmp_path: Path) -> None:
    heard = Heard(), Heard()
    async with client(service, tmp_path / "store") as alice, client(service, tmp_path / "store") as bob:
        assert (await alice.sign_in(ALICE, PASSWORD, DESKTOP))["display"] == "Alice"
        await bob.sign_in(BOB, PASSWORD, DESKTOP)
        await alice.connect(heard[0].frames.put_nowait)
        await bob.connect(heard[1].frames.put_nowait)
        call = (await alice.say("invite", to=BOB, media=["audio"]))["call"]
        assert (await heard[1].next("incoming"))["call"] == call
        assert (await bob.say("accept", call=call))["mode"] == "service"
        assert (await heard[0].next("accepted"))["mode"] == "service"
        await alice.say("offer", call=call, sdp="an offer")
        assert (await heard[1].next("offer"))["sdp"] == "an offer"
        assert (await alice.request("GET", "/api/me"))["user"] == ALICE


async def test_what_the_service_refuses_has_its_reason(service: Running, tmp_path: Path) -> None:
    async with client(service, tmp_path / "store") as alice:
        with pytest.raises(ServiceRefused, match="wrong-password"):
            await alice.sign_in(ALICE, "guess", DESKTOP)
        await alice.sign_in(ALICE, PASSWORD, DESKTOP)
        with pytest.raises(ServiceRefused, match="not-allowed"):
            await alice.request("GET", "/api/policies")
        await alice.connect(lambda _: None)
        with pytest.raises(ServiceRefused) as refused:
            await alice.say("invite", to=ALICE, media=["audio"])
        assert refused.value.reason == "yourself"


async def test_nobody_is_asked_who_is_not_certified_for_the_name(service: Running, tmp_path: Path) -> None:
    async with client(service, tmp_path / "store", name="elsewhere.test") as alice:
        with pytest.raises(ServiceLost, match="certificate"):
            await alice.sign_in(ALICE, PASSWORD, DESKTOP)
    other = tmp_path / "other"
    other.mkdir()
    tls_context(other, HOST)
    async with client(service, other) as alice:
        with pytest.raises(ServiceLost, match="certificate"):
            await alice.sign_in(ALICE, PASSWORD, DESKTOP)


async def test_a_service_that_is_not_there_and_one_that_ends_are_told_apart_from_a_refusal(tmp_path: Path) -> None:
    async with running(tmp_path / "store") as service:
        heard = Heard()
        async with client(service, tmp_path / "store", port=9) as nobody:
            with pytest.raises(ServiceLost, match="/api/sign-in"):
                await nobody.sign_in(ALICE, PASSWORD, DESKTOP)
        alice = await ServiceClient((HOST, port_of(service)), HOST, str(tmp_path / "store" / AUTHORITY)).__aenter__()
        with pytest.raises(ServiceLost, match="not open"):
            await alice.say("presence", presence="away")
        await alice.sign_in(ALICE, PASSWORD, DESKTOP)
        await alice.connect(heard.frames.put_nowait)
    assert (await heard.next("bye"))["reason"] == "service-ends"
    with pytest.raises(ServiceLost):
        await alice.say("presence", presence="away")
    await alice.__aexit__()


async def test_on_the_way_there_is_tls_and_nothing_else(service: Running, tmp_path: Path) -> None:
    tap = StreamTap("alice-service", Party.ALICE, tmp_path / "alice-service.pcapng")
    path = StreamPath("127.0.0.1", (HOST, port_of(service)), tap)
    try:
        _, port = await path.open()
        async with client(service, tmp_path / "store", port) as alice:
            await alice.sign_in(ALICE, PASSWORD, DESKTOP)
            await alice.connect(lambda _: None)
            await alice.say("chat", to=BOB, text="only the service may read this")
    finally:
        await path.close()
        tap.close()
    seen = tcp.connections(tmp_path / "alice-service.pcapng")
    assert tap.fault is None and len(seen) == path.connections > 0
    for one in seen:
        for data in (one.sent, one.received):
            assert read_stream(data).sound and b"only the service" not in data and PASSWORD.encode() not in data
