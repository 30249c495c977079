"""VP8: how many first bytes fit, counted; and what looks like VP8 and is not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from harness.inspection.plaintext import vp8
from harness.inspection.plaintext.sample import Excerpt, Sample
from tests.unit.inspection import media

from .excerpts import samples


@pytest.mark.parametrize(("begins", "probability"), [(True, vp8.BEGINNING), (False, vp8.REST)])
def test_the_chance_of_one_random_byte_is_exact(begins: bool, probability: float) -> None:
    assert Fraction(sum(vp8.fits(byte, begins) for byte in range(256)), 256) == Fraction(probability)


def test_opus_at_40_ms_has_the_first_byte_of_a_descriptor_and_is_no_vp8() -> None:
    # TOC 0x10: SILK, narrow band, 40 ms. Its frames are far shorter than what would be the first partition.
    payloads = [bytes([0x10, number, 0x55, 0xAA]) * 15 for number in range(1, 51)]

    assert vp8.evidence(Excerpt(samples(media.audio_packets(media.OPUS, payloads, 1_920)))) is None


def test_a_frame_begins_where_the_timestamp_changes_and_nowhere_else() -> None:
    frames = samples(media.video_packets(media.VP8, 12))
    assert vp8.evidence(Excerpt(frames)) is not None
    each_packet_a_frame = [
        Sample(one.payload_type, one.marker, one.sequence, 3_000 * n, one.payload) for n, one in enumerate(frames)
    ]

    assert vp8.evidence(Excerpt(each_packet_a_frame)) is None
