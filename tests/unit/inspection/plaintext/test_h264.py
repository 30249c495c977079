"""H.264: how many payloads fit, counted; and what looks like H.264 and is not."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.plaintext import h264
from harness.inspection.plaintext.sample import Excerpt
from tests.unit.inspection import media

from .excerpts import samples


@pytest.mark.parametrize("length", [1, 2, 3, 40, 1_200, 2_048])
def test_no_length_of_random_payload_fits_more_often_than_is_said(length: int) -> None:
    # Every first byte, with many tails: what a STAP-A needs lies behind the second byte.
    random = np.random.default_rng(length)
    tails = [random.bytes(length - 1) for _ in range(400)]
    fitting = sum(h264.fits(bytes([first]) + tail) for first in range(256) for tail in tails)
    # Three standard deviations of the tails, of which only FU-A and STAP-A depend: 8 of 256 first bytes.
    slack = 3 * (8 / 256) * (0.06 / 400) ** 0.5

    assert fitting / (256 * 400) <= h264.PROBABILITY + slack


def test_the_single_nal_units_that_fit_are_fifteen_of_256() -> None:
    assert sum(h264.fits(bytes([first]) + bytes(1)) for first in range(256)) == 15


def test_fifteen_of_256_second_bytes_of_a_fragment_fit() -> None:
    assert sum(h264.fits(bytes([0x7C, second, 0x00])) for second in range(256)) == 15


def test_opus_whose_toc_is_a_nal_units_first_byte_is_no_h264() -> None:
    # TOC 0x68: hybrid, super-wide band, 20 ms; as a NAL unit, a picture parameter set. No slice ever follows.
    payloads = [bytes([0x68, number]) * 30 for number in range(1, 51)]

    assert h264.evidence(Excerpt(samples(media.audio_packets(media.OPUS, payloads, 960)))) is None


def test_slices_that_do_not_begin_like_slices_are_none() -> None:
    payloads = [bytes([0x41, 0x00, 0x00, 0x00, 0x00, number]) + bytes(50) for number in range(1, 51)]

    assert h264.evidence(Excerpt(samples(media.audio_packets(media.H264, payloads, 3_000)))) is None
