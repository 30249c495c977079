"""Packets of a device become sound with a place in time, whatever order and bytes they come in."""

from __future__ import annotations

import numpy as np
import pytest

from harness.calling.media.sound import FRAME, LONGEST_GAP, Ear, Heard
from harness.endpoints.frames import encoded
from harness.markers import audio
from harness.model.base import Asset

from .device import OPUS, VP8, report, rtp

MARKER = 0x5EED0F50
ENCODINGS = {OPUS: "opus/48000/2", VP8: "VP8/90000", 98: "telephone-event/8000"}
FRAMES = encoded(Asset.AUDIO, MARKER)


def packet(number: int, ssrc: int = 7, first: int = 0, kind: int = OPUS, payload: bytes | None = None) -> bytes:
    return rtp(kind, number, first + FRAME * number, ssrc, FRAMES[number % 5] if payload is None else payload)


def heard(*packets: bytes) -> list[Heard]:
    ear = Ear()
    return [one for data in packets for one in ear.take(data, ENCODINGS)]


def test_the_sound_of_a_device_holds_its_marker_and_goes_on_without_a_seam() -> None:
    pieces = heard(*(packet(number) for number in range(30)))
    assert [(one.source, one.at) for one in pieces] == [(0, FRAME * number) for number in range(30)]
    assert audio.decode(np.concatenate([one.pcm for one in pieces])) == MARKER


def test_a_lost_packet_is_a_gap_and_a_late_one_is_left_out() -> None:
    assert [one.at // FRAME for one in heard(packet(0), packet(2), packet(1), packet(3))] == [0, 2, 3]


def test_the_timestamp_may_pass_its_largest_number() -> None:
    first = 2**32 - 2 * FRAME
    assert [one.at // FRAME for one in heard(*(packet(number, first=first) for number in range(4)))] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "other",
    [packet(1, ssrc=8), packet(1, first=LONGEST_GAP + 2 * FRAME), packet(0, first=2**32 - LONGEST_GAP - 2 * FRAME)],
    ids=["another SSRC", "a clock that jumps ahead", "a clock that jumps back"],
)
def test_another_source_begins_anew(other: bytes) -> None:
    assert [(one.source, one.at) for one in heard(packet(0), other)] == [(0, 0), (1, 0)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        report(7),
        packet(1, kind=VP8),
        packet(1, kind=98),
        packet(1, kind=99),
        packet(1, payload=b""),
        packet(1, payload=b"\x03"),
        b"\xb0\x60" + bytes(10),
        b"\x80",
    ],
)
def test_what_is_no_sound_is_not_heard(data: bytes) -> None:
    assert heard(data) == []


def test_after_what_does_not_decode_the_ear_still_hears() -> None:
    assert [one.at for one in heard(packet(0), packet(1, payload=b"\x03"), packet(2))] == [0, 2 * FRAME]
