"""Descriptions on both sides of a leg: what others get of a program's, and what the program gets of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from harness.endpoints.behind_leg import BehindLeg
from harness.endpoints.endpoint import Advertise, EndpointSetup
from harness.model.base import Party
from harness.model.datagram import Address
from harness.model.endpoint_events import BoundEvent
from harness.network import leg as room
from harness.network.loopback import CallNetwork, behind
from harness.wire.sdp import Sdp

pytestmark = pytest.mark.asyncio

NETWORK = CallNetwork(61_001)
ALICE, BOB = (NETWORK.address(name) for name in ("alice", "bob"))
PROGRAM, GATES = behind(ALICE)
RELAY = ("127.9.0.4", 6000)


class Unseen:
    """A tap that nothing is shown in these tests."""

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        raise AssertionError("a datagram")

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        assert (counted, dropped) == (0, 0)


@asynccontextmanager
async def standing(advertise: Advertise | None = None, enclosed: bool = False) -> AsyncIterator[BehindLeg]:
    told: list[bool] = []

    async def inside() -> tuple[str, ...]:
        return ()

    setup = EndpointSetup(
        party=Party.ALICE,
        peer_name="Bob",
        media=(),
        markers={},
        address=ALICE,
        advertise=advertise,
        tap=Unseen(),
        keylog=lambda line: None,
        through_leg=lambda: told.append(True),
        inside=inside if enclosed else None,
    )
    leg = BehindLeg(setup, lambda why: None)
    assert told == [True]
    try:
        yield leg
    finally:
        await leg.close()


def description(*candidates: str, port: int = 9, host: str = "0.0.0.0") -> str:
    lines = "".join(f"a=candidate:{one}\r\n" for one in candidates)
    return (
        f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio {port} UDP/TLS/RTP/SAVPF 96\r\n"
        f"c=IN IP4 {host}\r\n{lines}a=end-of-candidates\r\n"
    )


def places(sdp: str) -> list[Address]:
    return [(one.address, one.port) for _, one in Sdp.parse(sdp).candidates()]


async def test_the_program_is_given_an_address_behind_the_leg() -> None:
    async with standing() as leg:
        assert leg.address == PROGRAM
        assert leg.addresses == ()


async def test_others_are_told_the_face_in_place_of_the_programs_socket() -> None:
    async with standing() as leg:
        sdp = await leg.outward(description(f"1 1 udp 9 {PROGRAM} 4000 typ host", port=4000, host=PROGRAM))
        [(host, port)] = places(sdp)
        assert (host, leg.addresses) == (ALICE, (f"{ALICE}:{port}",))
        assert f"m=audio {port} " in sdp
        assert f"c=IN IP4 {ALICE}\r\n" in sdp
        assert PROGRAM not in sdp


async def test_and_the_relays_face_when_one_is_on_the_path() -> None:
    asked: list[tuple[str, Address]] = []

    async def advertise(party: str, real: Address) -> Address:
        asked.append((party, real))
        return RELAY

    async with standing(advertise) as leg:
        sdp = await leg.outward(description(f"1 1 UDP 9 {PROGRAM} 4000 typ host"))
        assert places(sdp) == [RELAY]
        assert [f"{host}:{port}" for _, (host, port) in asked] == list(leg.addresses)


async def test_what_no_leg_carries_is_left_out() -> None:
    """Another interface, TCP, IPv6, a name, what a server has reflected: nobody would see what goes there."""
    async with standing() as leg:
        sdp = await leg.outward(
            description(
                "1 1 udp 9 192.0.2.7 4000 typ host",
                f"2 1 udp 8 {PROGRAM} 4000 typ host generation 0",
                f"3 1 tcp 7 {PROGRAM} 9 typ host tcptype active",
                "4 1 udp 6 2001:db8::7 4000 typ host",
                "5 1 udp 5 1f4712db.local 4000 typ host",
                f"6 1 udp 4 203.0.113.5 4000 typ srflx raddr {PROGRAM} rport 4000",
                port=4000,
                host="192.0.2.7",
            )
        )
        [(host, port)] = places(sdp)
        assert host == ALICE
        assert "typ host generation 0" in sdp
        assert f"c=IN IP4 {ALICE}" in sdp
        assert f"m=audio {port} " in sdp
        assert PROGRAM not in sdp


@pytest.mark.parametrize("candidate", ["1 1 udp 9 192.0.2.7 4000 typ host", f"1 1 tcp 9 {PROGRAM} 4000 typ host"])
async def test_a_program_that_offers_nothing_at_its_address_is_of_no_use(candidate: str) -> None:
    async with standing() as leg:
        for sdp in (description(candidate), description()):
            with pytest.raises(ValueError, match=f"no UDP socket at {PROGRAM}, the address that it was given"):
                await leg.outward(sdp)
        with pytest.raises(ValueError, match="line 7"):
            await leg.outward(description("1 1 udp"))


async def test_the_program_is_told_a_gate_for_each_address_of_its_peer() -> None:
    async with standing() as leg:
        offer = description(f"1 1 udp 9 {BOB} 5000 typ host", f"2 1 udp 8 {BOB} 5001 typ host", port=5000, host=BOB)
        first, second = places(leg.inward(offer))
        assert first[0] == second[0] == GATES
        assert first != second
        assert f"m=audio {first[1]} " in leg.inward(offer)
        assert BOB not in leg.inward(offer)
        assert places(leg.inward(offer)) == [first, second]


async def test_the_program_is_told_of_no_address_that_would_lead_past_the_leg() -> None:
    async with standing() as leg:
        told = leg.inward(
            description(
                "1 1 udp 9 192.0.2.7 5000 typ host",
                f"2 1 tcp 8 {BOB} 5000 typ host tcptype passive",
                f"3 1 udp 7 {BOB} 5000 typ host",
            )
        )
        assert [host for host, _ in places(told)] == [GATES]


@pytest.mark.parametrize(
    "sdp", ["nonsense", description("1 1 udp"), "m=audio\r\na=candidate:1 1 udp 9", "v=0\n" * 5000, "m=audio 9\r\n"]
)
async def test_what_cannot_be_read_reaches_the_program_as_it_is(sdp: str) -> None:
    async with standing() as leg:
        assert leg.inward(sdp) == sdp


async def test_more_addresses_than_any_call_has_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_GATES", 2)
    async with standing() as leg:
        offered = [f"{port} 1 udp 9 {BOB} {port} typ host" for port in range(5000, 5010)]
        assert len(places(leg.inward(description(*offered)))) == 2


async def test_who_said_that_it_tells_nothing_tells_nothing() -> None:
    async with standing() as leg:
        with pytest.raises(ValueError, match="had said that it does not"):
            leg.heed(BoundEvent(address=f"{PROGRAM}:4000"))


async def test_only_a_device_in_a_network_of_its_own_reaches_addresses_that_are_not_this_machines() -> None:
    far = description("1 1 udp 9 10.1.2.3 5000 typ host", "2 1 udp 8 2001:db8::1 5000 typ host")
    async with standing() as leg:
        assert places(leg.inward(far)) == []
    async with standing(enclosed=True) as leg:
        assert [host for host, _ in places(leg.inward(far))] == [GATES]
