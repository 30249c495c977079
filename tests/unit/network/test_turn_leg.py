"""What a program and its TURN server say passes as it is, and the tap is shown what is carried in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from struct import pack

import pytest

from harness.model.datagram import Address
from harness.model.turn import TurnServer, TurnTransport
from harness.network.loopback import CallNetwork
from harness.network.turn_leg import TurnLeg
from harness.wire.stun import Method, StunClass
from harness.wire.stun_writer import written, xor_address

from .test_leg import Notes, Party

pytestmark = pytest.mark.asyncio

NETWORK = CallNetwork(61_017)
ALICE, SERVER = NETWORK.address("alice"), NETWORK.address("turn")
HOST = "127.0.0.1"
RELAYED, PEER = (SERVER, 40_001), (SERVER, 40_002)
TRANSACTION = bytes(range(12))
BIND = written(
    Method.CHANNEL_BIND,
    StunClass.REQUEST,
    TRANSACTION,
    [("CHANNEL-NUMBER", pack("!HH", 0x4000, 0)), xor_address("XOR-PEER-ADDRESS", PEER)],
    None,
)
GIVEN = written(Method.ALLOCATE, StunClass.SUCCESS, TRANSACTION, [xor_address("XOR-RELAYED-ADDRESS", RELAYED)], b"key")
MEDIA = pack("!HH", 0x4000, 4) + b"\x80abc"


class Standing:
    """A leg over UDP, with a server and a program on its two sides."""

    def __init__(self, leg: TurnLeg, notes: Notes, gate: Address, server: Party, program: Party) -> None:
        self.leg, self.notes, self.gate, self.server, self.program = leg, notes, gate, server, program

    async def says(self, message: bytes) -> Address:
        """The program says this; where it comes from to the server."""
        self.program.send(message, self.gate)
        data, source = await self.server.receive()
        assert data == message
        return source

    async def answers(self, message: bytes, to: Address) -> None:
        self.server.send(message, to)
        assert await self.program.receive() == (message, self.gate)


@asynccontextmanager
async def standing() -> AsyncIterator[Standing]:
    notes, server, program = Notes(), Party(SERVER), Party(HOST)
    told = TurnServer(server.address, TurnTransport.UDP, "alice", "secret")
    leg = TurnLeg(told, HOST, ALICE, notes, notes.advertised.append)
    try:
        given = await leg.open()
        assert (given.username, given.password, given.address[0]) == ("alice", "secret", HOST)
        yield Standing(leg, notes, given.address, server, program)
    finally:
        await leg.close()
        server.close()
        program.close()


async def test_the_server_sees_the_party_and_the_tap_sees_what_is_carried() -> None:
    async with standing() as one:
        face = await one.says(BIND)
        assert face[0] == ALICE
        assert one.notes.packets == []
        await one.answers(GIVEN, face)
        assert one.notes.advertised == [RELAYED]
        assert one.leg.relayed == (RELAYED,)
        assert await one.says(MEDIA) == face
        await one.answers(MEDIA, face)
    assert one.notes.packets == [(True, RELAYED, PEER, b"\x80abc"), (False, RELAYED, PEER, b"\x80abc")]
    assert one.notes.closed == [(RELAYED, 2, 0)]


async def test_what_cannot_be_read_passes_all_the_same_and_is_not_shown() -> None:
    async with standing() as one:
        face = await one.says(BIND)
        await one.answers(GIVEN, face)
        await one.says(b"\x40\x00\xff\xff of no use")
        await one.answers(b"neither", face)
    assert one.notes.packets == []


async def test_who_is_not_the_server_does_not_reach_the_program() -> None:
    async with standing() as one:
        face = await one.says(BIND)
        stranger = Party(NETWORK.address("attacker"))
        stranger.send(GIVEN, face)
        stranger.close()
        await one.answers(b"from the server", face)
        assert one.notes.advertised == []


async def test_a_socket_of_the_programs_is_a_client_of_its_own() -> None:
    async with standing() as one:
        first = await one.says(BIND)
        other = Party(HOST)
        other.send(MEDIA, one.gate)
        _, second = await one.server.receive()
        other.close()
        assert first != second
        one.server.send(GIVEN, second)
        await one.says(MEDIA)
    assert one.notes.packets == [], "its channel is no channel of the other one"


async def test_over_tcp_messages_are_found_wherever_the_stream_was_cut() -> None:
    notes = Notes()
    came: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    serving = await asyncio.start_server(lambda *ends: came.put_nowait(ends), SERVER, 0)
    server = TurnServer(serving.sockets[0].getsockname(), TurnTransport.TCP, "alice", "secret")
    leg = TurnLeg(server, HOST, ALICE, notes, notes.advertised.append)
    given = await leg.open()
    reader, writer = await asyncio.open_connection(*given.address)
    writer.write(BIND[:7])
    its_reader, its_writer = await came.get()
    assert its_writer.get_extra_info("peername")[0] == ALICE
    its_writer.write(GIVEN)
    assert await reader.readexactly(len(GIVEN)) == GIVEN
    writer.write(BIND[7:] + MEDIA)
    assert await its_reader.readexactly(len(BIND + MEDIA)) == BIND + MEDIA
    for one in (writer, its_writer):
        one.close()
    await leg.close()
    serving.close()
    assert notes.packets == [(True, RELAYED, PEER, b"\x80abc")]
    assert notes.closed == [(RELAYED, 1, 0)]
