"""Codecs by name and by static payload type."""

from __future__ import annotations

import pytest

from harness.wire.rtp_payload.codec import G722, H264, OPUS, PCMA, PCMU, STATIC_PAYLOAD_TYPES, VP8, Codec, codec_named


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("opus/48000/2", OPUS),
        ("PCMU/8000", PCMU),
        ("pcma", PCMA),
        ("G722/8000/1", G722),
        ("vp8/90000", VP8),
        (" H264/90000", H264),
        ("telephone-event/8000", None),
        ("rtx", None),
        ("", None),
    ],
)
def test_an_rtpmap_names_a_codec_in_any_case(encoding: str, codec: Codec | None) -> None:
    assert codec_named(encoding) is codec


def test_static_payload_types_are_those_of_rfc_3551() -> None:
    # RFC 3551 section 6, table 4: 0 PCMU, 8 PCMA, 9 G722, all with a clock of 8,000 Hz.
    assert {number: codec.name for number, codec in STATIC_PAYLOAD_TYPES.items()} == {0: "PCMU", 8: "PCMA", 9: "G722"}
    assert {codec.clock for codec in STATIC_PAYLOAD_TYPES.values()} == {8_000}


def test_g722_samples_twice_as_fast_as_its_clock() -> None:
    assert G722.rate == 2 * G722.clock
