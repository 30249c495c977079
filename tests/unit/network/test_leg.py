"""A leg shows the tap what passes between a program and others, under the addresses that others see."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest

from harness.model.datagram import Address
from harness.network import leg as room
from harness.network.leg import Leg
from harness.network.loopback import CallNetwork, behind
from harness.network.udp_socket import Arrival, UdpSocket

pytestmark = pytest.mark.asyncio

Advertise = Callable[[Address], Awaitable[Address]]
PATIENCE = 10.0
NETWORK = CallNetwork(61_000)
ALICE, BOB, MALLORY = (NETWORK.address(name) for name in ("alice", "bob", "attacker"))
PROGRAM, GATES = behind(ALICE)


@dataclass
class Notes:
    """A tap, and what else a leg tells."""

    packets: list[tuple[bool, Address, Address, bytes]] = field(default_factory=list)
    closed: list[tuple[Address, int, int]] = field(default_factory=list)
    advertised: list[Address] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    broke: asyncio.Event = field(default_factory=asyncio.Event)

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self.packets.append((outward, local, remote, data))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        self.closed.append((local, counted, dropped))

    def break_(self, why: str) -> None:
        self.broken.append(why)
        self.broke.set()

    async def advertise(self, real: Address) -> Address:
        self.advertised.append(real)
        return real


class Party:
    """A socket of somebody's, which waits for what comes."""

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((host, 0))
        self.address: Address = self._socket.getsockname()

    def send(self, data: bytes, to: Address) -> None:
        self._socket.sendto(data, to)

    async def receive(self) -> tuple[bytes, Address]:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.get_running_loop().sock_recvfrom(self._socket, 2000)

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def people(*hosts: str) -> AsyncIterator[list[Party]]:
    parties = [Party(host) for host in hosts]
    try:
        yield parties
    finally:
        for party in parties:
            party.close()


@asynccontextmanager
async def standing(
    notes: Notes, advertise: Callable[[Address], Awaitable[Address]] | None = None
) -> AsyncIterator[Leg]:
    leg = Leg(ALICE, notes, advertise or notes.advertise, notes.break_)
    try:
        yield leg
    finally:
        await leg.close()


async def test_what_the_program_sends_to_a_gate_comes_from_its_face() -> None:
    notes = Notes()
    async with people(PROGRAM, BOB) as (program, bob), standing(notes) as leg:
        face = await leg.public(program.address)
        program.send(b"hello", leg.gate(bob.address))
        assert await bob.receive() == (b"hello", face)
        assert face[0] == ALICE
        assert notes.packets == [(True, face, bob.address, b"hello")]
        assert notes.advertised == [face]


async def test_what_reaches_the_face_comes_from_the_gate_of_who_sent_it() -> None:
    notes = Notes()
    async with people(PROGRAM, BOB, MALLORY) as (program, bob, mallory), standing(notes) as leg:
        face = await leg.public(program.address)
        gate = leg.gate(bob.address)
        bob.send(b"from bob", face)
        assert await program.receive() == (b"from bob", gate)
        mallory.send(b"from somebody else", face)
        data, stranger = await program.receive()
        assert data == b"from somebody else"
        assert stranger == leg.gate(mallory.address) != gate
        assert {stranger[0], gate[0]} == {GATES}
        program.send(b"to somebody else", stranger)
        assert await mallory.receive() == (b"to somebody else", face)
        assert [remote for _, _, remote, _ in notes.packets] == [bob.address, *[mallory.address] * 2]


async def test_two_sockets_of_a_program_have_two_faces() -> None:
    notes = Notes()
    async with people(PROGRAM, PROGRAM, BOB) as (one, other, bob), standing(notes) as leg:
        faces = [await leg.public(program.address) for program in (one, other)]
        assert leg.faces == tuple(faces)
        for program, face in zip((one, other), faces, strict=True):
            program.send(b"here", leg.gate(bob.address))
            assert await bob.receive() == (b"here", face)
            bob.send(b"there", face)
            assert await program.receive() == (b"there", leg.gate(bob.address))


async def test_nothing_leaves_a_face_before_the_path_knows_it_and_then_all_of_it_does() -> None:
    notes, asked, may = Notes(), asyncio.Event(), asyncio.Event()

    async def slow(real: Address) -> Address:
        asked.set()
        await may.wait()
        return real

    async with people(PROGRAM, BOB) as (program, bob), standing(notes, slow) as leg:
        gate = leg.gate(bob.address)
        program.send(b"1", gate)
        program.send(b"2", gate)
        async with asyncio.timeout(PATIENCE):
            await asked.wait()
        assert notes.packets == []
        may.set()
        assert [(await bob.receive())[0] for _ in range(2)] == [b"1", b"2"]
        program.send(b"3", gate)
        assert await bob.receive() == (b"3", leg.faces[0])


async def test_the_count_of_a_face_is_what_passed_it_and_what_the_tap_was_told() -> None:
    notes = Notes()
    async with people(PROGRAM, BOB) as (program, bob):
        async with standing(notes) as leg:
            face = await leg.public(program.address)
            for number in range(5):
                program.send(bytes([number]), leg.gate(bob.address))
            bob.send(b"back", face)
        assert notes.closed == [(face, 6, 0)]
        assert len(notes.packets) == 6
        assert [(await bob.receive())[0][0] for _ in range(5)] == list(range(5))


async def test_what_the_kernel_drops_before_a_gate_or_a_face_is_counted() -> None:
    """The event loop is not given a turn, so nobody reads: two full buffers."""
    for flooded in ("gate", "face"):
        notes = Notes()
        async with people(PROGRAM, BOB) as (program, bob):
            async with standing(notes) as leg:
                face = await leg.public(program.address)
                sender, to = (program, leg.gate(bob.address)) if flooded == "gate" else (bob, face)
                shrink(leg)
                for _ in range(2000):
                    sender.send(bytes(1000), to)
            [(_, counted, dropped)] = notes.closed
            assert (counted, counted + dropped) == (len(notes.packets), 2000), flooded
            assert dropped > 0


def shrink(leg: Leg) -> None:
    for udp in (*leg._remotes, *leg._of_socket):
        udp._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


async def test_a_datagram_that_the_kernel_does_not_take_is_lost_and_not_told_as_sent() -> None:
    notes = Notes()
    async with people(PROGRAM) as (program,):
        async with standing(notes) as leg:
            face = await leg.public(program.address)
            # Such a socket refuses to send to a broadcast address: the kernel's own no.
            program.send(b"lost", leg.gate(("255.255.255.255", 9)))
        assert notes.packets == []
        assert notes.closed == [(face, 0, 1)]


async def test_only_the_program_is_let_in_at_a_gate() -> None:
    notes = Notes()
    async with people(PROGRAM, BOB, MALLORY) as (program, bob, mallory), standing(notes) as leg:
        gate = leg.gate(bob.address)
        mallory.send(b"not yours", gate)
        program.send(b"mine", gate)
        assert (await bob.receive())[0] == b"mine"
        assert leg.strangers == mallory.address
        assert [data for _, _, _, data in notes.packets] == [b"mine"]


async def test_a_program_that_cannot_be_told_where_to_bind_is_known_where_it_is() -> None:
    notes = Notes()
    leg = Leg(ALICE, notes, notes.advertise, notes.break_, "127.0.0.1")
    async with people("127.0.0.1", PROGRAM, BOB) as (browser, elsewhere, bob):
        gate = leg.gate(bob.address)
        elsewhere.send(b"not yours", gate)
        browser.send(b"mine", gate)
        data, face = await bob.receive()
        assert (data, face[0]) == (b"mine", ALICE)
        bob.send(b"and back", face)
        assert await browser.receive() == (b"and back", gate)
        assert leg.strangers == elsewhere.address
        await leg.close()


async def test_a_program_that_opens_sockets_without_end_breaks_the_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_FACES", 2)
    notes = Notes()
    async with people(PROGRAM, PROGRAM, PROGRAM, BOB) as (*programs, bob), standing(notes) as leg:
        for program in programs[:2]:
            await leg.public(program.address)
        with pytest.raises(ValueError, match="more than 2 sockets"):
            await leg.public(programs[2].address)
        programs[2].send(b"one more", leg.gate(bob.address))
        async with asyncio.timeout(PATIENCE):
            await notes.broke.wait()
        assert notes.broken == ["it uses more than 2 sockets"]


async def test_strangers_without_end_are_not_let_in_and_that_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_GATES", 1)
    notes = Notes()
    async with people(PROGRAM, BOB, MALLORY) as (program, bob, mallory):
        async with standing(notes) as leg:
            face = await leg.public(program.address)
            bob.send(b"first", face)
            assert (await program.receive())[0] == b"first"
            mallory.send(b"second", face)
        assert [data for _, _, _, data in notes.packets] == [b"first", b"second"]
        assert notes.closed == [(face, 2, 1)]


async def test_a_path_that_takes_no_socket_breaks_the_leg() -> None:
    async def full(real: Address) -> Address:
        raise RuntimeError("no more faces")

    notes = Notes()
    async with people(PROGRAM) as (program,), standing(notes, full) as leg:
        with pytest.raises(RuntimeError, match="no more faces"):
            await leg.public(program.address)
        assert notes.broken == [f"the path takes no socket at {ALICE}:{leg.faces[0][1]}: no more faces"]


async def test_nothing_is_left_open() -> None:
    notes = Notes()
    async with people(PROGRAM, BOB) as (program, bob):
        async with standing(notes) as leg:
            taken = [await leg.public(program.address), leg.gate(bob.address)]
        for address in taken:
            again = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            again.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
            again.bind(address)
            again.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_leg_that_is_closed_while_the_path_thinks_leaves_no_task() -> None:
    async def never(real: Address) -> Address:
        await asyncio.Event().wait()
        return real

    notes = Notes()
    async with people(PROGRAM, BOB) as (program, bob):
        async with standing(notes, never) as leg:
            program.send(b"waits", leg.gate(bob.address))
        assert [(counted, dropped) for _, counted, dropped in notes.closed] == [(0, 1)]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_every_socket_is_opened_in_the_network_of_the_program() -> None:
    """Gates and faces: one that was opened elsewhere would reach nobody there."""
    inside, opened = False, []

    @contextmanager
    def within() -> Iterator[None]:
        nonlocal inside
        inside = True
        yield
        inside = False

    class Watched(UdpSocket):
        def __init__(self, host: str, arrived: Arrival, port: int = 0) -> None:
            opened.append((host, inside))
            super().__init__(host, arrived, port)

    notes = Notes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "UdpSocket", Watched)
        leg = Leg(ALICE, notes, notes.advertise, notes.break_, within=within)
        try:
            leg.gate((BOB, 4000))
            await leg.public((PROGRAM, 4001))
        finally:
            await leg.close()
    assert opened == [(GATES, True), (ALICE, True)]
    assert not inside
