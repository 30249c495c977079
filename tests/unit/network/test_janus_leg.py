"""In front of a Janus: descriptions name what each side can reach, and datagrams go through both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.model.datagram import Address
from harness.network.janus_leg import JanusLeg
from harness.network.udp_socket import UdpSocket
from harness.wire.sdp import Sdp

pytestmark = pytest.mark.asyncio
HOST, PROGRAM, ALICE = "127.225.9.8", "127.225.9.77", "127.225.9.1"


class Socket:
    """One end, with what came to it."""

    def __init__(self, host: str) -> None:
        self.came: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()
        self.udp = UdpSocket(host, lambda _, data, source: self.came.put_nowait((data, source)))

    async def next(self) -> tuple[bytes, Address]:
        return await asyncio.wait_for(self.came.get(), 5)


@pytest_asyncio.fixture
async def leg() -> AsyncIterator[JanusLeg]:
    made = JanusLeg(HOST, PROGRAM)
    yield made
    await made.close()


def description(*candidates: str, host: str = "192.0.2.9", port: int = 9) -> str:
    lines = "".join(f"a=candidate:1 1 {one}\r\n" for one in candidates)
    return f"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=audio {port} X 96\r\nc=IN IP4 {host}\r\n{lines}"


def named(sdp: str) -> list[Address]:
    return [(one.address, one.port) for _, one in Sdp.parse(sdp).candidates()]


async def test_what_a_party_sends_to_a_face_comes_from_its_gate_and_the_other_way_round(leg: JanusLeg) -> None:
    janus, alice = Socket(PROGRAM), Socket(ALICE)
    try:
        told = await leg.outward(description(f"udp 1 {PROGRAM} {janus.udp.address[1]} typ host", host=PROGRAM))
        (face,) = named(told)
        (gate,) = named(leg.inward(description(f"udp 1 {ALICE} {alice.udp.address[1]} typ host")))
        assert face[0] == HOST
        assert f"c=IN IP4 {HOST}" in told
        alice.udp.send(b"to janus", face)
        assert await janus.next() == (b"to janus", gate)
        janus.udp.send(b"to alice", gate)
        assert await alice.next() == (b"to alice", face)
    finally:
        janus.udp.close()
        alice.udp.close()


async def test_janus_is_told_of_nobody_who_is_not_on_this_machine(leg: JanusLeg) -> None:
    elsewhere = ("udp 1 203.0.113.5 4000 typ host", "tcp 1 127.225.9.1 9 typ host", "udp 1 name.local 4 typ host")
    assert named(leg.inward(description(*elsewhere))) == []


async def test_parties_are_told_of_nothing_but_the_call(leg: JanusLeg) -> None:
    own = f"udp 1 {PROGRAM} 4000 typ host"
    told = await leg.outward(description(own, "udp 1 203.0.113.5 4000 typ host", f"udp 1 {PROGRAM} 5 typ srflx"))
    assert [host for host, _ in named(told)] == [HOST]


async def test_a_description_without_a_socket_of_its_own_is_of_no_use(leg: JanusLeg) -> None:
    with pytest.raises(ValueError, match=f"it offers no UDP socket at {PROGRAM}"):
        await leg.outward(description("udp 1 203.0.113.5 4000 typ host"))
