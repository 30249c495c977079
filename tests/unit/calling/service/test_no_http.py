"""Bytes that are no HTTP, within TLS: an answer like any other refusal, a line in the log, and never a traceback."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from harness.calling.service.connection import MOST_LINES, MOST_SAID, Complaints
from tests.unit.calling.service.running import Running, running

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SECRET = b"nobody-should-read-this"


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "store") as one:
        yield one


async def answered(service: Running, said: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """Status line, headers and body of the last answer on a connection on which this was said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port, ssl=service.context)
    try:
        writer.write(said)
        async with asyncio.timeout(10):
            everything = await reader.read()
    finally:
        writer.close()
    head, _, body = everything[everything.rindex(b"HTTP/1.") :].partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    return status, dict(line.decode().split(": ", 1) for line in lines), body


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), "HTTPS traffic"),
        (b"\x00\xff\x1b[31m garbage\r\n\r\n", "Invalid method"),
        (b"GET / HTTP/9.7\r\n\r\n", "Bad status line"),
        (b"GET http://[::1?token=" + SECRET + b" HTTP/1.1\r\nHost: x\r\n\r\n", "its address is none"),
        (b"GET /" + SECRET * 2000 + b" HTTP/1.1\r\n\r\n", "Got more than"),
        (b"GET / HTTP/1.1\r\nAuthorization: Bearer " + SECRET * 2000 + b"\r\n\r\n", "Got more than"),
        (b"GET / HTTP/1.1\r\nX \x1b" + SECRET + b"\r\n\r\n", "Invalid header"),
        (
            b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: a\r\n" % number for number in range(300)) + b"\r\n",
            "Too many headers",
        ),
        (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length"),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding"),
        (CHUNKED + b"ZZ\r\n\r\n", "chunk size"),
        (CHUNKED + b"2\r\n{}\r\n0\r\nX: " + SECRET * 2000 + b"\r\n\r\n", "Got more than"),
        (GET + b"\r\n\x00\x00 behind a good one\r\n\r\n", "Invalid method"),
    ],
)
async def test_what_is_no_http_is_refused_like_anything_else(
    service: Running, caplog: pytest.LogCaptureFixture, said: bytes, words: str
) -> None:
    status, headers, body = await answered(service, said)
    assert b" 400 " in status
    refused = json.loads(body)
    assert refused["reason"] == "malformed"
    assert words in refused["detail"]
    known_status, known, _ = await answered(
        service, b"GET /api/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    assert b" 404 " in known_status
    varying = ("Content-Length", "Date", "Connection")
    assert {name: value for name, value in headers.items() if name not in varying} == {
        name: value for name, value in known.items() if name not in varying
    }
    (line,) = caplog.records
    assert (line.name, line.exc_info, line.levelno) == ("harness.calling", None, logging.WARNING)
    assert words in line.getMessage()
    assert line.getMessage().isprintable()
    assert SECRET.decode() not in line.getMessage() + body.decode(), "what was sent is nobody's business"


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"Content-Length: 500\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"])
async def test_who_leaves_in_the_middle_of_a_body_is_no_fault_of_the_store(
    service: Running, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", service.port, ssl=service.context)
    writer.write(POST + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(10):
        status, _, _ = await answered(service, GET + b"Connection: close\r\n\r\n")
    assert b" 302 " in status
    assert not caplog.records


def test_a_flood_is_a_few_lines_and_a_number(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints()
    for _ in range(1000):
        complaints.tell("192.0.2.1", "garbage", 5.0)
    assert len(caplog.records) == MOST_LINES
    complaints.tell("192.0.2.1", "garbage", 6.1)
    complaints.tell("192.0.2.1", "garbage", 9.0)
    assert caplog.messages[-2:] == [
        f"no HTTP request from 192.0.2.1: garbage (and {1000 - MOST_LINES} more)",
        "no HTTP request from 192.0.2.1: garbage",
    ]
    assert max(map(len, caplog.messages)) < MOST_SAID + 80
