"""Each variant breaks a rule of the protocol that it begins like."""

from __future__ import annotations

from random import Random

import pytest

from harness.adversaries.machine import PathDatagram
from harness.adversaries.malformed_media import MalformedMedia, malformed
from harness.adversaries.rtp_streams import RtpStreams
from harness.model.adversary import Malformation
from harness.wire import rtp as wire_rtp
from harness.wire import stun

from .transcript import ALICE, BOB, NOW, rtp


def variants(kind: Malformation) -> tuple[bytes, ...]:
    return malformed(kind, 0xABCD, Random(1))


def test_the_variants_come_in_turn_with_the_ssrc_of_a_known_stream() -> None:
    maker = MalformedMedia(Malformation.RTP, RtpStreams("seed", on_path=True))
    maker.see(PathDatagram(ALICE, rtp(1, ssrc=0xFEED), NOW))
    packets = [maker.packet(BOB, number) or b"" for number in range(12)]
    assert [len(packet) for packet in packets[:6]] == [len(packet) for packet in packets[6:]]
    assert {packet[8:12] for packet in packets if len(packet) >= 12} == {bytes.fromhex("0000feed")}


def test_rtp_that_lies_about_what_it_holds() -> None:
    broken = variants(Malformation.RTP)
    assert all(packet[0] >> 6 == 2 for packet in broken)
    unreadable = [packet for packet in broken if not readable(packet)]
    assert len(unreadable) == 4
    assert {wire_rtp.parse(packet).padding for packet in set(broken) - set(unreadable)} == {True, False}


def readable(packet: bytes) -> bool:
    try:
        wire_rtp.parse(packet)
    except ValueError:
        return False
    return True


def test_rtcp_that_lies_about_its_length_or_its_blocks() -> None:
    for packet in variants(Malformation.RTCP):
        assert (packet[0] >> 6, 200 <= packet[1] <= 203) == (2, True)
        said, blocks = 4 + 4 * int.from_bytes(packet[2:4].ljust(2, b"\xff"), "big"), packet[0] & 0x1F
        body = {200: 28 + 24 * blocks, 201: 8 + 24 * blocks, 203: 4 + 4 * blocks}[packet[1]]
        assert said != len(packet) or body > len(packet)


def test_stun_that_cannot_be_read_or_whose_attributes_cannot() -> None:
    for packet in variants(Malformation.STUN):
        with pytest.raises(ValueError, match=r"."):
            message = stun.parse(packet)
            _ = message.username, message.priority


def test_sctp_belongs_into_dtls_and_is_not_there() -> None:
    assert {packet[:4] for packet in variants(Malformation.SCTP)} == {b"\x13\x88\x13\x88"}


def test_nothing_and_too_much() -> None:
    assert variants(Malformation.EMPTY) == (b"",)
    (long,) = variants(Malformation.OVERSIZE)
    assert len(long) > 1500
    assert wire_rtp.parse(long).ssrc == 0xABCD
