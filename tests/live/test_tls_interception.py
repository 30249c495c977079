"""Who ends TLS on the way to the service: a device refuses him, and all he has seen is a handshake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from harness.calling.service.certificates import AUTHORITY
from harness.endpoints.service_client import ServiceClient, ServiceLost
from harness.model.base import Party
from harness.model.tenant import Client, ClientKind
from harness.network.stream_path import StreamPath
from harness.vantage import tcp
from harness.vantage.stream_tap import StreamTap
from harness.wire.tls import TlsContent, read_stream
from tests.unit.calling.service.running import ALICE, PASSWORD, Running, running

from .tls_interceptor import HOST, TlsInterceptor, tls_interceptor

pytestmark = pytest.mark.asyncio

DESKTOP = Client(name="desktop", kind=ClientKind.WINDOWS)


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "store") as one:
        yield one


@pytest_asyncio.fixture
async def interceptor(service: Running, tmp_path: Path) -> AsyncIterator[TlsInterceptor]:
    async with tls_interceptor(tmp_path / "interceptor", int(service.url.rpartition(":")[2])) as one:
        yield one


async def sign_in(port: int, authority: Path) -> None:
    async with ServiceClient((HOST, port), HOST, str(authority)) as alice:
        await alice.sign_in(ALICE, PASSWORD, DESKTOP)


async def test_a_device_refuses_another_authority_and_the_interceptor_has_a_handshake(
    interceptor: TlsInterceptor, tmp_path: Path
) -> None:
    tap = StreamTap("alice-signalling", Party.ALICE, tmp_path / "way.pcapng")
    path = StreamPath(HOST, (HOST, interceptor.port), tap)
    _, port = await path.open()
    with pytest.raises(ServiceLost, match="certificate verify failed"):
        await sign_in(port, tmp_path / "store" / AUTHORITY)
    await asyncio.wait_for(interceptor.refused.wait(), 10)
    await path.close()
    tap.close()
    assert interceptor.read == b""
    assert len(interceptor.refusals) == 1
    (connection,) = tcp.connections(tmp_path / "way.pcapng")
    sent, received = read_stream(connection.sent), read_stream(connection.received)
    assert sent.sound and received.sound, "nothing but TLS is on the way, also with him"
    assert [record.content for record in sent.records] == [TlsContent.HANDSHAKE], "its ClientHello, and no more"


async def test_a_device_that_took_any_authority_would_tell_him_everything(
    interceptor: TlsInterceptor, tmp_path: Path
) -> None:
    """So it is the device's refusal that keeps him from reading, and nothing else in the way."""
    await sign_in(interceptor.port, tmp_path / "interceptor" / AUTHORITY)
    assert PASSWORD.encode() in interceptor.read
    assert interceptor.refusals == []
