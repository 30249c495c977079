"""A forgery takes a place where the genuine packet comes later, or where it lets that look too old."""

from __future__ import annotations

from struct import pack

import pytest

from harness.auditors.authenticity import Fate, MediaPacket
from harness.auditors.displacement import Places, places
from harness.wire.demux import PacketClass


def rtp(number: int) -> tuple[PacketClass, bytes]:
    return PacketClass.SRTP, pack("!BBHII", 0x80, 111, number % 65_536, 0, 1) + bytes(20)


def rtcp(index: int) -> tuple[PacketClass, bytes]:
    return PacketClass.SRTCP, pack("!BBHI", 0x80, 201, 1, 1) + pack("!I", 1 << 31 | index) + bytes(10)


def displaceable(*came: tuple[str, int], of: object = rtp) -> int:
    """`came`: a genuine packet (a), a forgery (f) or a replay (r), and its number."""
    fates = {"a": Fate.AUTHENTIC, "f": Fate.FAILED, "r": Fate.REPEATED}
    made = [(fates[letter], *of(number)) for letter, number in came]  # type: ignore[operator]
    found = places([(MediaPacket(at, klass, data), fate) for at, (fate, klass, data) in enumerate(made, 1)], 10)
    assert not found.numberless
    return found.displaceable


@pytest.mark.parametrize("of", [rtp, rtcp])
@pytest.mark.parametrize(
    ("came", "number"),
    [
        ([("f", 7), ("a", 7)], 1),
        ([("a", 7), ("f", 7)], 0),
        ([("a", 7), ("r", 7), ("f", 8), ("a", 9)], 0),
        ([("f", 7), ("f", 7), ("a", 7), ("f", 8), ("a", 8)], 2),
        # far ahead: what is genuine looks as old as if the list had forgotten it
        ([("a", 1), ("f", 100), ("a", 2), ("a", 36), ("a", 37)], 2),
        # a genuine packet that is too old by itself has no place
        ([("a", 100), ("f", 2), ("a", 2)], 0),
    ],
)
def test_what_a_receiver_of_forgeries_would_refuse(of: object, came: list[tuple[str, int]], number: int) -> None:
    assert displaceable(*came, of=of) == number


def test_places_are_found_across_the_rollover() -> None:
    assert displaceable(("a", 65_534), ("f", 65_537), ("a", 65_535), ("a", 65_536), ("a", 65_537)) == 1


def test_what_has_no_number_takes_no_place() -> None:
    assert places([(MediaPacket(1, PacketClass.SRTP, b""), Fate.FAILED)], 10) == Places(0, 1)
