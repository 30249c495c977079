"""Forged packets, byte by byte (RFC 3550)."""

from __future__ import annotations

from harness.adversaries import craft
from harness.wire import rtp, udp
from harness.wire.demux import PacketClass, classify


def test_an_rtp_packet() -> None:
    packet = craft.rtp(payload_type=111, sequence=0x1234, timestamp=0x01020304, ssrc=0xAABBCCDD, payload=b"noise")
    assert packet == bytes.fromhex("806f1234 01020304 aabbccdd") + b"noise"


def test_counters_wrap_around() -> None:
    packet = craft.rtp(payload_type=0, sequence=65_536, timestamp=2**32 + 5, ssrc=1, payload=b"")
    assert packet == bytes.fromhex("80000000 00000005 00000001")


def test_a_sender_report() -> None:
    packet = craft.sender_report(ssrc=0xAABBCCDD, rtp_timestamp=960, packets=3, octets=180)
    assert packet == bytes.fromhex("80c80006 aabbccdd 0000000000000000 000003c0 00000003 000000b4")
    assert classify(packet) is PacketClass.SRTCP


def test_a_bye() -> None:
    packet = craft.bye(0xAABBCCDD)
    assert packet == bytes.fromhex("81cb0001 aabbccdd")
    assert rtp.parse_rtcp(packet).packet_type == 203


def test_a_dtls_record_counts_in_48_bits() -> None:
    record = craft.dtls_record(content_type=23, epoch=1, sequence=2**48 + 5, fragment=b"abc")
    assert record == bytes.fromhex("17 fefd 0001 000000000005 0003") + b"abc"


def test_a_stun_message_pads_its_attributes_and_counts_the_padding() -> None:
    message = craft.stun(0x0001, b"transaction1", ((6, b"user"), (0x25, b""), (9, b"abc")))
    assert message[:20] == bytes.fromhex("0001 0014 2112a442") + b"transaction1"
    assert message[20:] == bytes.fromhex("00060004") + b"user" + bytes.fromhex("00250000 00090003") + b"abc\0"


def test_a_packet_says_that_it_comes_from_wherever_it_is_told() -> None:
    source, destination = ("10.0.1.10", 4000), ("10.0.1.2", 5000)
    assert craft.ip_udp(source, destination, b"forged")[20:] == udp.pack(source, destination, b"forged")[20:]
    where = udp.locate(craft.ip_udp(source, destination, b"forged"))
    assert (where.source, where.destination, where.length) == (source, destination, 6)
