"""The socket counts, the tap sees, and the two agree unless the tap loses something."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from harness.endpoints import sockets
from harness.model.datagram import Address
from harness.network.udp_socket import dropped

pytestmark = pytest.mark.asyncio

HERE = "127.0.0.9"


class Notes:
    """A tap."""

    def __init__(self) -> None:
        self.seen_: list[tuple[bool, Address, bytes]] = []
        self.closed: list[tuple[Address, int, int]] = []

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self.seen_.append((outward, remote, data))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        self.closed.append((local, counted, dropped))


class User(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.inbox: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.inbox.put_nowait((data, (addr[0], addr[1])))

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()

    async def received(self) -> tuple[bytes, Address]:
        async with asyncio.timeout(5):
            return await self.inbox.get()


@asynccontextmanager
async def user_with(tap: Notes) -> AsyncIterator[tuple[User, Address]]:
    sock = sockets.bind(HERE)
    user = User()
    await sockets.attach(sock, user, tap)
    yield user, user.transport.get_extra_info("sockname")
    user.transport.close()
    async with asyncio.timeout(5):
        await user.lost.wait()


async def test_both_directions_are_seen_with_the_address_of_the_other_side() -> None:
    tap, peer_tap = Notes(), Notes()
    async with user_with(tap) as (user, here), user_with(peer_tap) as (peer, there):
        user.transport.sendto(b"hello", there)
        assert await peer.received() == (b"hello", here)
        peer.transport.sendto(b"bye", here)
        assert await user.received() == (b"bye", there)
    assert tap.seen_ == [(True, there, b"hello"), (False, there, b"bye")]
    assert tap.closed == [(here, 2, 0)]
    assert here[0] == HERE


async def test_the_socket_counts_what_the_tap_is_not_told() -> None:
    class Deaf(Notes):
        def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
            return

    tap = Deaf()
    async with user_with(tap) as (user, here):
        user.transport.sendto(b"to myself", here)
        await user.received()
    assert tap.seen_ == []
    assert tap.closed == [(here, 2, 0)]


async def test_nothing_is_sent_or_recorded_after_the_end_and_the_end_is_told_once() -> None:
    tap = Notes()
    async with user_with(tap) as (user, here):
        user.transport.close()
        user.transport.sendto(b"late", here)
        user.transport.close()
    assert tap.seen_ == []
    assert tap.closed == [(here, 0, 0)]


async def test_a_socket_that_the_loop_gives_up_has_an_end_too() -> None:
    tap = Notes()
    async with user_with(tap) as (user, here):
        counted: Any = user.transport
        counted._socket._transport.abort()
        async with asyncio.timeout(5):
            await user.lost.wait()
        assert tap.closed == [(here, 0, 0)]
        user.transport.sendto(b"late", here)
    assert tap.seen_ == []


async def test_what_the_kernel_drops_is_counted() -> None:
    with sockets.bind(HERE) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        for _ in range(100):
            sock.sendto(bytes(1000), sock.getsockname())
        queued = 0
        while True:
            try:
                sock.recv(2000)
            except BlockingIOError:
                break
            queued += 1
        assert 0 < queued < 100
        assert dropped(sock) == 100 - queued


async def test_the_buffer_holds_more_than_a_second_of_a_call() -> None:
    with sockets.bind(HERE) as sock:
        for _ in range(150):
            sock.sendto(bytes(1200), sock.getsockname())
        assert dropped(sock) == 0


async def test_an_address_that_is_not_ours_cannot_be_bound() -> None:
    with pytest.raises(OSError, match="assign"):
        sockets.bind("198.51.100.7")
