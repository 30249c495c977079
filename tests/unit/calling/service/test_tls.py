"""TLS: versions, the authority that is made once, names, keys on the disk; and connections that ask for nothing."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from harness.calling.service import listening
from harness.calling.service.certificates import AUTHORITY, AUTHORITY_KEY, CERTIFICATE, KEY, tls_context
from tests.unit.calling.service.running import running


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> str | None:
    """The version that the two agree on, in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server, server_hostname=name)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        for side in (near, far):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return near.version()


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / AUTHORITY)


def old_client(version: ssl.TLSVersion) -> ssl.SSLContext:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        client.minimum_version = client.maximum_version = version
    return client


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_versions_before_1_2_are_refused(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """The same client is served by a server that is as careless as itself: it is our server that refuses."""
    context = tls_context(tmp_path, "127.0.0.1")
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol"):
        handshake(context, old_client(version), "localhost")
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    careless.load_cert_chain(tmp_path / CERTIFICATE, tmp_path / KEY)
    careless.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        careless.minimum_version = version
    assert handshake(careless, old_client(version), "localhost") in ("TLSv1", "TLSv1.1")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "calls.example"])
def test_the_certificate_is_good_for_its_names_under_the_authority(tmp_path: Path, name: str) -> None:
    context = tls_context(tmp_path, "calls.example")
    assert handshake(context, trusting(tmp_path), name) == "TLSv1.3"


def test_it_is_good_for_no_other_name_and_under_no_other_authority(tmp_path: Path) -> None:
    context = tls_context(tmp_path, "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(context, trusting(tmp_path), "elsewhere.example")
    (tmp_path / "other").mkdir()
    tls_context(tmp_path / "other", "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(context, trusting(tmp_path / "other"), "localhost")


def test_keys_are_private_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    tls_context(tmp_path, "127.0.0.1")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {AUTHORITY: 0o644, CERTIFICATE: 0o644, AUTHORITY_KEY: 0o600, KEY: 0o600}


def serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def test_the_authority_stays_and_the_certificate_is_renewed_when_it_must_be(tmp_path: Path) -> None:
    tls_context(tmp_path, "127.0.0.1")
    authority, first = (tmp_path / AUTHORITY).read_bytes(), serial(tmp_path / CERTIFICATE)
    tls_context(tmp_path, "127.0.0.1")
    assert serial(tmp_path / CERTIFICATE) == first
    tls_context(tmp_path, "another.example")
    second = serial(tmp_path / CERTIFICATE)
    assert second != first
    tls_context(tmp_path, "another.example", datetime.now(UTC) + timedelta(days=380))
    assert serial(tmp_path / CERTIFICATE) != second
    (tmp_path / KEY).unlink()
    tls_context(tmp_path, "another.example")
    assert (tmp_path / AUTHORITY).read_bytes() == authority


@pytest.mark.parametrize("name", [AUTHORITY, AUTHORITY_KEY])
def test_a_damaged_authority_is_named_and_not_made_anew(tmp_path: Path, name: str) -> None:
    """Whoever trusts the old one would have to trust the new one, and has to be asked."""
    tls_context(tmp_path, "127.0.0.1")
    (tmp_path / name).write_text("damaged")
    with pytest.raises(ValueError, match=name):
        tls_context(tmp_path, "127.0.0.1")


@pytest.mark.asyncio
async def test_who_connects_and_asks_for_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "FIRST_SECONDS", 0.1)
    monkeypatch.setattr(listening, "HANDSHAKE_SECONDS", 0.1)
    async with running(tmp_path / "store") as service:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", service.port, ssl=service.context, server_hostname="127.0.0.1"
        )
        writer.write(b"GET /call HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
        bare, half = await asyncio.open_connection("127.0.0.1", service.port)
        async with asyncio.timeout(5):
            assert await bare.read() == b""
        half.close()


@pytest.mark.asyncio
async def test_of_too_many_that_ask_for_nothing_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_OPENING", 3)
    async with running(tmp_path / "store") as service:
        opened = [
            await asyncio.open_connection("127.0.0.1", service.port, ssl=service.context, server_hostname="127.0.0.1")
            for _ in range(4)
        ]
        async with asyncio.timeout(5):
            assert await opened[0][0].read() == b""
        alice = await service.device().rest("GET", "/api/me")
        assert alice[0] == 401
        for _, writer in opened:
            writer.close()


async def bare(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which no handshake begins."""
    return await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.asyncio
async def test_of_too_many_that_end_no_handshake_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_SHAKING", 3)
    async with running(tmp_path / "store") as service:
        opened = [await bare(service.port) for _ in range(4)]
        async with asyncio.timeout(5):
            assert await opened[0][0].read() == b""
            assert (await service.device().rest("GET", "/api/me"))[0] == 401, "an honest one takes no time"
        for _, writer in opened:
            writer.close()


@pytest.mark.asyncio
async def test_one_address_begins_so_many_handshakes_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "RATE", 0.0)
    monkeypatch.setattr(listening, "BURST", 2.0)
    async with running(tmp_path / "store") as service:
        opened = [await bare(service.port) for _ in range(3)]
        async with asyncio.timeout(5):
            assert await opened[2][0].read() == b""
        elsewhere = aiohttp.TCPConnector(ssl=service.context, local_addr=("127.0.0.2", 0))
        async with aiohttp.ClientSession(connector=elsewhere) as session, session.get(f"{service.url}/call") as answer:
            assert answer.status == 200, "from another address"
        for _, writer in opened:
            writer.close()


@pytest.mark.asyncio
async def test_between_two_that_are_let_in_everybody_has_a_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds may have come at once, and each costs the beginning of a handshake."""
    begun: list[socket.socket] = []
    monkeypatch.setattr(listening.Door, "_shake", lambda _door, connection, *_: begun.append(connection))
    async with running(tmp_path / "store") as service:
        waiting = [socket.create_connection(("127.0.0.1", service.port), timeout=5) for _ in range(100)]
        async with asyncio.timeout(10):
            while (before := len(begun)) < len(waiting):
                await asyncio.sleep(0)
                assert len(begun) <= before + 1
        for one in (*waiting, *begun):
            one.close()
