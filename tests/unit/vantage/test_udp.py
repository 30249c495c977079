"""A datagram put into an IPv4 packet is what any other program would have made of it, and comes out again."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, UDP

from harness.vantage import udp
from harness.vantage.capture import CaptureError

from . import blocks
from .blocks import ALICE, BOB

addresses = st.tuples(st.ip_addresses(v=4).map(str), st.integers(0, 65_535))


@settings(deadline=None)
@given(source=addresses, destination=addresses, payload=st.binary(max_size=200), identification=st.integers(0, 70_000))
def test_scapy_computes_the_same_headers_and_checksums(
    source: tuple[str, int], destination: tuple[str, int], payload: bytes, identification: int
) -> None:
    made = IP(src=source[0], dst=destination[0], id=identification & 0xFFFF, flags="DF", ttl=64) / UDP(
        sport=source[1], dport=destination[1]
    )
    assert udp.pack(source, destination, payload, identification) == bytes(made / payload)


def test_a_checksum_of_zero_is_sent_as_all_ones() -> None:
    for filler in range(65_536):
        payload = filler.to_bytes(2)
        packet = udp.pack(ALICE, BOB, payload)
        if packet[26:28] == b"\xff\xff":
            break
    else:
        pytest.fail("one of 65,536 payloads has this checksum")
    assert packet == bytes(IP(src=ALICE[0], dst=BOB[0], id=0, flags="DF") / UDP(sport=ALICE[1], dport=BOB[1]) / payload)


@settings(deadline=None)
@given(source=addresses, destination=addresses, payload=st.binary(max_size=200))
def test_what_was_packed_is_located(source: tuple[str, int], destination: tuple[str, int], payload: bytes) -> None:
    packet = udp.pack(source, destination, payload)
    where = udp.locate(packet)
    assert (where.source, where.destination) == (source, destination)
    assert packet[where.start : where.start + where.length] == payload


def test_the_largest_datagram_fits_and_one_byte_more_does_not() -> None:
    assert len(udp.pack(ALICE, BOB, bytes(65_507))) == 65_535
    with pytest.raises(struct.error):
        udp.pack(ALICE, BOB, bytes(65_508))


def test_an_ipv6_address_is_refused() -> None:
    with pytest.raises(OSError, match="illegal IP address"):
        udp.pack(("::1", 5000), BOB, b"")


PACKET = udp.pack(ALICE, BOB, b"a payload")


@pytest.mark.parametrize(
    ("packet", "sentence"),
    [
        (b"", "has 20 bytes, this packet has 0"),
        (PACKET[:19], "has 20 bytes, this packet has 19"),
        (b"\x60" + PACKET[1:], "starts with the byte 0x60"),
        (b"\x44" + PACKET[1:], "starts with the byte 0x44"),
        (PACKET[:9] + b"\x06" + PACKET[10:], "IP protocol 6"),
        (PACKET[:6] + b"\x20\x00" + PACKET[8:], "a fragment"),
        (PACKET[:6] + b"\x00\x07" + PACKET[8:], "a fragment"),
        (PACKET[:-1], "claims 37 bytes, the packet has 36"),
        (PACKET + b"\0", "claims 37 bytes, the packet has 38"),
        (PACKET[:2] + b"\x00\x1b" + PACKET[4:27], "no room for a UDP header"),
        (PACKET[:24] + b"\x00\x12" + PACKET[26:], "UDP header claims 18 bytes, the IPv4 packet carries 17"),
        (b"\x46" + PACKET[1:], "UDP header claims"),
    ],
)
def test_anything_but_one_whole_udp_datagram_is_refused(packet: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        udp.locate(packet)


@settings(deadline=None)
@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"\x45" + tail))
def test_hostile_bytes_give_a_place_inside_the_packet_or_a_value_error(packet: bytes) -> None:
    try:
        where = udp.locate(packet)
    except ValueError:
        return
    assert where.start + where.length == len(packet)


def test_a_capture_of_another_link_type_says_so_and_where(tmp_path: Path) -> None:
    path = tmp_path / "ethernet.pcapng"
    head = blocks.section() + blocks.interface(link_type=1)
    path.write_bytes(head + blocks.enhanced(PACKET))
    place = len(head) + blocks.ENHANCED_HEAD
    with pytest.raises(CaptureError, match=rf"link type 1 at byte {place}: only raw IP \(link type 101\)"):
        list(udp.datagrams(path))


def test_a_packet_of_which_only_a_part_was_kept_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.pcapng"
    path.write_bytes(blocks.section() + blocks.interface() + blocks.enhanced(PACKET, length=99))
    with pytest.raises(CaptureError, match="37 bytes were kept of 99"):
        list(udp.datagrams(path))


def test_a_packet_that_is_no_udp_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "tcp.pcapng"
    head = blocks.section() + blocks.interface() + blocks.enhanced(PACKET)
    place = len(head) + blocks.ENHANCED_HEAD
    path.write_bytes(head + blocks.enhanced(PACKET[:9] + b"\x06" + PACKET[10:]))
    with pytest.raises(CaptureError, match=f"no UDP datagram at byte {place}: .*IP protocol 6"):
        list(udp.datagrams(path))
