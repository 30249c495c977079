"""What a malicious peer sends: authentic for whoever has the keys, and wrong inside."""

from __future__ import annotations

import pytest
from aiortc.rtp import RtcpPacket, RtpPacket
from pylibsrtp import Error, Policy, Session

from harness.endpoints.specimens.attacking import (
    EVERY,
    SHORT_REMB,
    Collision,
    Interspersed,
    Noting,
    Wrong,
    malformed_rtcp,
    malformed_rtp,
)
from harness.wire import rtp
from harness.wire.demux import PacketClass, classify

KEY = bytes(range(30))
OWN, PEERS = 0x0B0B0B0B, 0xA11CEA11


def own(number: int) -> bytes:
    """One of its packets: version 2, payload type 96, 960 samples each (RFC 3550 section 5.1)."""
    return bytes([0x80, 96]) + number.to_bytes(2, "big") + (960 * number).to_bytes(4, "big") + OWN.to_bytes(4, "big")


def all_of(wrong: Wrong, most: int = 40) -> list[bytes]:
    return [packet for number in range(most) if (packet := wrong(own(number) + b"media", number)) is not None]


def test_after_every_third_packet_one_is_sent_beside_it_and_the_peer_takes_it_for_authentic() -> None:
    beside: list[bytes] = []
    outbound = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND))
    inbound = Session(Policy(KEY, Policy.SSRC_ANY_INBOUND))
    sender = Interspersed(outbound, malformed_rtcp, beside.append)
    for number in range(1, 4 * EVERY + 1):
        assert inbound.unprotect(sender.protect(own(number) + b"media")) == own(number) + b"media"
        assert len(beside) == number // EVERY
    assert [inbound.unprotect_rtcp(packet) for packet in beside] == all_of(malformed_rtcp)[:4]


def test_where_there_is_nothing_to_attack_with_nothing_is_sent_beside() -> None:
    beside: list[bytes] = []
    sender = Interspersed(Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND)), lambda *_: None, beside.append)
    for number in range(2 * EVERY):
        sender.protect(own(number))
    assert beside == []


def test_reports_are_such_that_srtcp_protects_them() -> None:
    outbound = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND))
    inbound = Session(Policy(KEY, Policy.SSRC_ANY_INBOUND))
    for packet in (*all_of(malformed_rtcp), SHORT_REMB):
        assert classify(packet) is PacketClass.SRTCP
        assert inbound.unprotect_rtcp(outbound.protect_rtcp(packet)) == packet


def test_malformed_rtp_has_a_good_header_of_a_second_stream_and_no_index_twice() -> None:
    packets = all_of(malformed_rtp)
    outbound = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND))
    inbound = Session(Policy(KEY, Policy.SSRC_ANY_INBOUND))
    headers = [rtp.parse(packet) for packet in packets]
    assert len({(one.ssrc, one.sequence) for one in headers}) == len(packets) > 5
    assert {one.payload_type for one in headers} == {96}
    assert OWN not in {one.ssrc for one in headers}
    for packet in packets:
        assert inbound.unprotect(outbound.protect(packet)) == packet


def test_some_of_it_is_refused_by_the_stacks_own_parsers() -> None:
    """Otherwise nothing of it would be malformed."""
    refused = {"rtp": 0, "rtcp": 0}
    for packet in all_of(malformed_rtp):
        try:
            RtpPacket.parse(packet)
        except ValueError:
            refused["rtp"] += 1
    for packet in all_of(malformed_rtcp)[:8]:
        try:
            RtcpPacket.parse(packet)
        except ValueError:
            refused["rtcp"] += 1
    assert refused == {"rtp": 2, "rtcp": 5}


def test_malformed_rtp_comes_to_an_end_so_that_the_peer_can_hear_again() -> None:
    assert malformed_rtp(own(99), 99) is None


def test_a_collider_waits_until_it_knows_the_ssrc_of_its_peer() -> None:
    collision = Collision()
    assert collision.wrong(own(1) + b"media", 0) is None
    listening = Noting(Session(Policy(KEY, Policy.SSRC_ANY_INBOUND)), collision.heard)
    of_peer = own(7)[:8] + PEERS.to_bytes(4, "big") + b"media"
    sealed = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND)).protect(of_peer)
    with pytest.raises(Error):
        listening.unprotect(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert collision.wrong(own(1) + b"media", 0) is None, "a forged packet tells nothing"
    assert listening.unprotect(sealed) == of_peer
    assert collision.wrong(own(1) + b"media", 0) == own(1)[:8] + PEERS.to_bytes(4, "big") + b"media"
