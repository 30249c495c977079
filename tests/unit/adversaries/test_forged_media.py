"""Forged SRTP: the right stream, a sequence number by plan, and nothing behind the header that anybody made."""

from __future__ import annotations

import pytest
from pylibsrtp import Error, Policy, Session

from harness.adversaries.forged_media import ForgedMedia, Place, ahead, far_away, next_ones, onwards
from harness.adversaries.machine import PathDatagram
from harness.adversaries.rtp_streams import RtpStreams
from harness.wire import rtp as wire_rtp

from .transcript import ALICE, BOB, NOW, rtp

KEY = bytes(range(30))


def made(place: Place, count: int = 6) -> list[bytes]:
    maker = ForgedMedia(RtpStreams("seed", on_path=True), place)
    maker.see(PathDatagram(ALICE, rtp(1000, ssrc=0xA, payload_type=111), NOW))
    packets = [maker.packet(BOB, number) for number in range(count)]
    assert maker.packet(ALICE, 0) is None
    return [packet for packet in packets if packet is not None]


@pytest.mark.parametrize(
    ("place", "steps"),
    [
        (far_away, [0x4000, 0x8000, 0xC000] * 2),
        (ahead, [2000, 2001, 2002] * 2),
        (next_ones, [1, 2, 3] * 2),
        (onwards, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_the_sequence_numbers_are_where_the_plan_has_them(place: Place, steps: list[int]) -> None:
    headers = [wire_rtp.parse(packet) for packet in made(place)]
    assert [header.sequence for header in headers] == [1000 + step for step in steps]
    assert {(header.ssrc, header.payload_type) for header in headers} == {(0xA, 111)}


@pytest.mark.parametrize("place", [far_away, ahead, next_ones, onwards])
def test_a_receiver_drops_all_of_them_and_hears_what_follows(place: Place) -> None:
    sender = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND))
    receiver = Session(Policy(KEY, Policy.SSRC_ANY_INBOUND))
    plain = [rtp(number, ssrc=0xA) for number in range(998, 1010)]
    sealed = [sender.protect(packet) for packet in plain]
    assert [receiver.unprotect(packet) for packet in sealed[:3]] == plain[:3]
    for forged in made(place):
        with pytest.raises(Error):
            receiver.unprotect(forged)
    assert [receiver.unprotect(packet) for packet in sealed[3:]] == plain[3:]
