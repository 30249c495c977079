"""What passes an interface is written down by the kernel's account: all of the network it is for, and nothing else."""

from __future__ import annotations

import asyncio
import socket
import struct
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from harness.vantage import wire_rows
from harness.vantage.packet_tap import PacketTap, may_listen, packet_filter
from tests.unit.vantage.layers.frames import ipv4

NETWORK = IPv4Network("127.201.7.0/24")
LISTENING = pytest.mark.skipif(not may_listen(), reason="no right to open packet sockets: nobody listened to lo")


def taken(program: bytes, packet: bytes, protocol: int = 0x0800) -> int:
    """What a classic BPF machine answers: as much of one as the filter needs."""
    instructions = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        code, true, false, operand = instructions[at]
        at += 1
        if (code, operand) == (0x28, 0xFFFFF000):
            accumulator = protocol
        elif code == 0x20:
            accumulator = int.from_bytes(packet[operand : operand + 4])
        elif code == 0x54:
            accumulator &= operand
        elif code == 0x15:
            at += true if accumulator == operand else false
        else:
            assert code == 0x06
            return int(operand)


@pytest.mark.parametrize(
    ("source", "destination", "wanted"),
    [
        ("127.201.7.1", "127.201.7.2", True),
        ("127.201.7.1", "10.0.0.1", True),
        ("10.0.0.1", "127.201.7.255", True),
        ("127.201.6.1", "127.201.8.1", False),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_the_filter_takes_what_has_an_address_of_the_network(source: str, destination: str, wanted: bool) -> None:
    packet = ipv4(b"x", source=source, destination=destination)
    assert (taken(packet_filter(NETWORK), packet) >= len(packet)) is wanted
    assert taken(packet_filter(NETWORK), packet, 0x86DD) == 0


def say(source: str, destination: str, data: bytes) -> tuple[tuple[str, int], tuple[str, int]]:
    with socket.socket(type=socket.SOCK_DGRAM) as near, socket.socket(type=socket.SOCK_DGRAM) as far:
        near.bind((source, 0))
        far.bind((destination, 0))
        near.sendto(data, far.getsockname())
        return near.getsockname(), far.getsockname()


@LISTENING
@pytest.mark.asyncio
async def test_each_datagram_is_there_once_and_those_of_others_are_not(tmp_path: Path) -> None:
    tap = PacketTap("test-wire", "lo", NETWORK, tmp_path / "test-wire.pcapng")
    near, far = say("127.201.7.1", "127.201.7.2", b"for the tap")
    say("127.201.8.1", "127.201.8.2", b"for nobody")
    say("127.201.7.1", "127.201.7.2", b"")
    await asyncio.sleep(0)
    vantage = tap.close()
    assert (vantage.packets, vantage.dropped, tap.fault) == (2, 0, None)
    assert tap.close() == vantage
    rows = wire_rows.read(tmp_path / "test-wire.pcapng")
    assert (rows.packets, rows.unread) == (2, ())
    assert (rows.rows[0].source, rows.rows[0].destination) == ("{}:{}".format(*near), "{}:{}".format(*far))
    assert [one.data for one in rows.rows] == [b"for the tap", b""]


@LISTENING
@pytest.mark.asyncio
async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "test-wire.pcapng").write_bytes(b"evidence")
    with pytest.raises(FileExistsError):
        PacketTap("test-wire", "lo", NETWORK, tmp_path / "test-wire.pcapng")
    assert (tmp_path / "test-wire.pcapng").read_bytes() == b"evidence"


@LISTENING
@pytest.mark.asyncio
async def test_an_interface_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such device"):
        PacketTap("test-wire", "nowhere0", NETWORK, tmp_path / "test-wire.pcapng")
