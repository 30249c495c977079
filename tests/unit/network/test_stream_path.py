"""What a party and the service say to each other arrives as it was sent, and the tap sees every byte of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.model.datagram import Address
from harness.network.stream_path import StreamPath
from harness.wire.tls import read_stream

pytestmark = pytest.mark.asyncio

HOST = "127.0.1.1"


class Seen:
    """A tap that remembers."""

    def __init__(self) -> None:
        self.sent, self.received = bytearray(), bytearray()
        self.opened_by: list[Address] = []
        self.ends: list[bool] = []
        self.any_passed = asyncio.Event()

    def opened(self, client: Address, server: Address) -> None:
        self.opened_by.append(client)

    def passed(self, client: Address, server: Address, outward: bool, data: bytes) -> None:
        (self.sent if outward else self.received).extend(data)
        self.any_passed.set()

    def ended(self, client: Address, server: Address, outward: bool) -> None:
        self.ends.append(outward)


@asynccontextmanager
async def path_to(
    answer: bytes, tap: Seen, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Address, bytearray]]:
    """A server that reads to the end, answers, and ends; and the path to it."""
    got = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            got.extend(await reader.readuntil(b"."))
            writer.write(answer)
            await writer.drain()
        except asyncio.IncompleteReadError as error:
            got.extend(error.partial)
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0, ssl=context, limit=1 << 20)
    path = StreamPath(HOST, server.sockets[0].getsockname(), tap)
    try:
        yield await path.open(), got
    finally:
        await path.close()
        server.close()


async def test_bytes_pass_both_ways_and_the_tap_has_them_all() -> None:
    tap = Seen()
    said, answer = b"q" * 300_000 + b".", b"a" * 200_000
    async with path_to(answer, tap) as (address, got):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(said)
        assert await reader.read(-1) == answer
        writer.close()
        await writer.wait_closed()
    assert bytes(got) == said == bytes(tap.sent)
    assert bytes(tap.received) == answer and len(tap.opened_by) == 1


async def test_when_the_service_is_not_there_the_connection_ends_and_is_noted() -> None:
    tap = Seen()
    path = StreamPath(HOST, (HOST, 9), tap)
    try:
        reader, writer = await asyncio.open_connection(*await path.open())
        assert await reader.read() == b""
        writer.close()
    finally:
        await path.close()
    assert len(tap.opened_by) == 1 and tap.ends == [False]


async def test_closing_the_path_ends_what_still_runs() -> None:
    tap = Seen()
    async with path_to(b"", tap) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"no full stop")
        await writer.drain()
        await asyncio.wait_for(tap.any_passed.wait(), 10)
    assert await ended(reader)
    writer.close()


async def test_of_tls_the_tap_sees_records_and_nothing_of_what_was_said(tmp_path: Path) -> None:
    tap = Seen()
    secret = b"what people say to each other in the chat."
    server, client = contexts(tmp_path)
    async with path_to(secret[::-1], tap, server) as (address, got):
        reader, writer = await asyncio.open_connection(*address, ssl=client, server_hostname="service.test")
        writer.write(secret)
        assert await reader.read(-1) == secret[::-1]
        writer.close()
    assert bytes(got) == secret
    for stream in (bytes(tap.sent), bytes(tap.received)):
        assert read_stream(stream).records and secret not in stream and secret[::-1] not in stream
    assert read_stream(bytes(tap.sent)).sound


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether nothing more comes, be it by an end or by a reset."""
    try:
        return await asyncio.wait_for(reader.read(), 10) == b""
    except ConnectionResetError:
        return True


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with a certificate of its own, and a client that trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "s")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("service.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    kept = folder / "server.pem"
    kept.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(kept)
    return server, ssl.create_default_context(cadata=pem.decode())
