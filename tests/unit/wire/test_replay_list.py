"""A replay list knows a packet by what anybody can write: SSRC and number."""

from __future__ import annotations

from struct import pack

import pytest

from harness.wire.demux import PacketClass
from harness.wire.replay_list import SHORTEST, PacketNumber, ReplayLists, number_of

RTP, RTCP = PacketClass.SRTP, PacketClass.SRTCP


def lists(*taken: int, klass: PacketClass = RTP) -> ReplayLists:
    found = ReplayLists()
    for number in taken:
        found.take(PacketNumber(klass, 1, number))
    return found


@pytest.mark.parametrize(
    ("taken", "number", "refused"),
    [
        ((), 5, False),
        ((5,), 5, True),
        ((5,), 6, False),
        ((5,), 4, False),
        ((100,), 100 - SHORTEST + 1, False),
        ((100,), 100 - SHORTEST, True),
        ((65_535, 0), 65_535, True),
        ((65_535, 0), 65_534, False),
        ((65_535, 40), 65_500, True),
        # half around the circle and more: ahead, as nothing was before the first rollover
        ((10,), 40_000, False),
        ((65_535, 10), 40_000, True),
        (tuple(range(300)), 299 - SHORTEST + 1, True),
    ],
)
def test_a_number_is_taken_once_and_what_is_too_old_never(taken: tuple[int, ...], number: int, refused: bool) -> None:
    assert lists(*taken).refuses(PacketNumber(RTP, 1, number)) is refused


def test_each_sender_has_a_list_for_its_media_and_one_for_its_reports() -> None:
    taken = lists(5)
    assert not taken.refuses(PacketNumber(RTP, 2, 5))
    assert not taken.refuses(PacketNumber(RTCP, 1, 5))
    far = lists((1 << 31) - 1, 2, klass=RTCP)
    assert far.refuses(PacketNumber(RTCP, 1, (1 << 31) - 1))
    assert not far.refuses(PacketNumber(RTCP, 1, 1))


def test_the_number_of_a_report_stands_in_front_of_what_is_behind_its_index() -> None:
    report = pack("!BBHI", 0x80, 201, 1, 7) + bytes(4) + pack("!I", 1 << 31 | 9)
    assert number_of(RTCP, report, 0) == PacketNumber(RTCP, 7, 9)
    assert number_of(RTCP, report + bytes(10), 10) == PacketNumber(RTCP, 7, 9)
    assert number_of(RTP, pack("!BBHII", 0x80, 111, 3, 0, 8), 10) == PacketNumber(RTP, 8, 3)


@pytest.mark.parametrize(
    ("klass", "data"), [(RTP, b"\x80"), (RTCP, b"\x80\xc9" + bytes(9)), (PacketClass.DTLS, bytes(40)), (RTP, bytes(20))]
)
def test_what_is_no_packet_has_no_number(klass: PacketClass, data: bytes) -> None:
    assert number_of(klass, data, 0) is None
