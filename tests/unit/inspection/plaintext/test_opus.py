"""Opus: the first byte, the form and the clock must all agree."""

from __future__ import annotations

from random import Random

import pytest

from harness.inspection.plaintext import opus
from harness.inspection.plaintext.sample import Excerpt
from tests.unit.inspection import media

from .excerpts import samples


def packets(first: int, count: int = 50, ticks: int = 960) -> list[bytes]:
    random = Random(first)
    return media.audio_packets(media.OPUS, [bytes([first]) + random.randbytes(60) for _ in range(count)], ticks)


def test_five_alike_are_chance_and_six_are_not() -> None:
    # 256 ** -4 is 2e-10, 256 ** -5 is 9e-13; the level of one stream, 1e-9, is shared by six criteria.
    found = [opus.evidence(Excerpt(samples(packets(0x78, count)))) for count in (4, 5, 6)]

    assert found[0] is None
    assert [one.chance for one in found if one] == pytest.approx([256.0**-4, 256.0**-5])


def test_first_bytes_that_cannot_be_what_they_say_are_no_opus() -> None:
    # 0x7b: code 3, whose second byte counts frames. Random ones are mostly impossible.
    assert opus.evidence(Excerpt(samples(packets(0x7B)))) is None


@pytest.mark.parametrize(("ticks", "found"), [(960, True), (1_920, True), (480, False), (1_000, False), (0, False)])
def test_the_clock_goes_on_by_whole_packets(ticks: int, found: bool) -> None:
    assert (opus.evidence(Excerpt(samples(packets(0x78, ticks=ticks)))) is not None) is found


@pytest.mark.parametrize("tag", [4, 10, 16])
def test_a_packet_of_two_equal_frames_is_found_before_a_tag(tag: int) -> None:
    random = Random(tag)
    payloads = [b"\x71" + random.randbytes(2 * random.randrange(20, 40)) + random.randbytes(tag) for _ in range(50)]

    assert opus.evidence(Excerpt(samples(media.audio_packets(media.OPUS, payloads, 960)))) is not None
