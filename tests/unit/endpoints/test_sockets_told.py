"""What a program tells of its sockets is taken down, unless no honest program would tell it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from harness.endpoints import sockets_told as room
from harness.endpoints.endpoint import Advertise, EndpointSetup
from harness.endpoints.sockets_told import SocketsTold
from harness.model.base import Party
from harness.model.datagram import Address
from harness.model.endpoint_events import BoundEvent, PacketEvent, SocketClosedEvent

pytestmark = pytest.mark.asyncio

OWN, OTHER, FACE = ("127.9.0.1", 4000), ("127.9.0.2", 5000), ("127.9.0.4", 6000)


@dataclass
class Side:
    """This side of the pipe, which notes everything. Its tap is itself."""

    packets: list[tuple[bool, Address, Address, bytes, float | None]] = field(default_factory=list)
    closed: list[tuple[Address, int, int]] = field(default_factory=list)
    known: list[Address] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self.packets.append((outward, local, remote, data, when))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        self.closed.append((local, counted, dropped))

    def told(self, advertise: Advertise | None = None) -> SocketsTold:
        setup = EndpointSetup(
            party=Party.ALICE,
            peer_name="Bob",
            media=(),
            markers={},
            address=OWN[0],
            advertise=advertise,
            tap=self,
            keylog=lambda line: None,
        )
        return SocketsTold(setup, self.known.append, self.broken.append)


async def face(party: str, real: Address) -> Address:
    assert (party, real) == ("alice", OWN)
    return FACE


async def no_face(party: str, real: Address) -> Address:
    raise RuntimeError("no more faces")


def description(address: Address) -> str:
    host, port = address
    return (
        f"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio {port} UDP/TLS/RTP/SAVPF 96\r\n"
        f"c=IN IP4 {host}\r\na=candidate:1 1 udp 1 {host} {port} typ host\r\n"
    )


async def test_packets_and_counts_reach_the_tap_with_the_time_that_they_had() -> None:
    side = Side()
    told = side.told()
    told.heed(PacketEvent(outward=True, local="127.9.0.1:4000", remote="127.9.0.2:5000", time=1.5, data=b"x"))
    told.heed(SocketClosedEvent(local="127.9.0.1:4000", counted=1, dropped=0))
    assert side.packets == [(True, OWN, OTHER, b"x", 1.5)]
    assert side.closed == [(OWN, 1, 0)]


async def test_a_socket_is_known_to_the_path_before_the_program_hears_of_it() -> None:
    side = Side()
    told = side.told(face)
    told.heed(BoundEvent(address="127.9.0.1:4000"))
    assert side.known == []
    await told.close()
    assert side.known == [OWN]
    assert await told.outward(description(OWN)) == description(FACE)


async def test_without_a_path_the_address_stays_as_it_is() -> None:
    side = Side()
    told = side.told()
    told.heed(BoundEvent(address="127.9.0.1:4000"))
    await told.close()
    assert await told.outward(description(OWN)) == description(OWN)


async def test_a_path_that_takes_no_more_sockets_is_named() -> None:
    side = Side()
    told = side.told(no_face)
    told.heed(BoundEvent(address="127.9.0.1:4000"))
    await told.close()
    assert (side.known, side.broken) == ([], ["the path takes no socket at 127.9.0.1:4000: no more faces"])


async def test_a_description_names_no_socket_that_was_not_told_of() -> None:
    """It would lead around the path, and the adversary would seem to be harmless."""
    told = Side().told(face)
    with pytest.raises(ValueError, match=r"never told of the socket 127\.9\.0\.1:4000"):
        await told.outward(description(OWN))


async def test_other_addresses_are_not_the_programs() -> None:
    side = Side()
    told = side.told(face)
    for event in (
        BoundEvent(address="127.9.0.2:5000"),
        PacketEvent(outward=True, local="127.9.0.2:5000", remote="127.9.0.1:4000", time=1.5, data=b"x"),
        SocketClosedEvent(local="127.9.0.2:5000", counted=1, dropped=0),
    ):
        with pytest.raises(ValueError, match=r"it uses 127\.9\.0\.2:5000, and its address is 127\.9\.0\.1"):
            told.heed(event)
    assert (side.packets, side.closed, side.known) == ([], [], [])


async def test_sockets_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_SOCKETS", 2)
    side = Side()
    told = side.told()
    for number in (1, 2):
        told.heed(BoundEvent(address=f"127.9.0.1:{number}"))
    with pytest.raises(ValueError, match="more than 2 sockets"):
        told.heed(BoundEvent(address="127.9.0.1:3"))
    await told.close()
    assert len(side.known) == 2
