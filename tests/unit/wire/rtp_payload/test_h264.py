"""H.264 from RTP: NAL units alone, together and in pieces, as aiortc makes them, and broken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from aiortc.codecs.h264 import H264Encoder
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.rtp import RtpHeader
from harness.wire.rtp_payload import h264

IDR, SLICE, SPS, PPS = b"\x65", b"\x41", b"\x67", b"\x68"


def header(sequence: int) -> RtpHeader:
    return RtpHeader(False, False, 102, sequence & 0xFFFF, 0, ssrc=1)


def received(units: h264.NalUnits, payloads: Sequence[bytes], first: int = 0xFFFE) -> list[bytes]:
    return [unit for n, payload in enumerate(payloads) for unit in units.add(header(first + n), payload)]


nal_units = st.lists(
    st.tuples(st.sampled_from([IDR, SLICE, SPS, PPS]), st.binary(min_size=1, max_size=5_000)), min_size=1, max_size=8
)


@given(nal_units)
def test_whatever_aiortc_packs_comes_out_again(pieces: list[tuple[bytes, bytes]]) -> None:
    sent = [first + rest for first, rest in pieces]
    units = h264.NalUnits()

    assert received(units, H264Encoder._packetize(iter(sent))) == sent
    assert units.incomplete == 0


def fragments(unit: bytes, size: int) -> list[bytes]:
    """RFC 6184 section 5.8, by hand."""
    pieces = [unit[at : at + size] for at in range(1, len(unit), size)]
    marks = [0x80] + [0] * (len(pieces) - 2) + [0x40]
    return [
        bytes([unit[0] & 0xE0 | 28, mark | unit[0] & 0x1F]) + piece for mark, piece in zip(marks, pieces, strict=True)
    ]


@pytest.mark.parametrize("lost", [0, 1, 3])
def test_a_unit_that_lacks_a_fragment_is_left_out_and_the_next_one_is_not(lost: int) -> None:
    first, second = IDR + bytes(range(40)), SLICE + b"next"
    payloads = dict(enumerate([*fragments(first, 10), second]))
    del payloads[lost]
    units = h264.NalUnits()

    found = [unit for sequence, payload in payloads.items() for unit in units.add(header(sequence), payload)]

    assert found == [second]
    assert units.incomplete == (lost != 0)


def test_a_unit_that_never_ends_does_not_fill_the_memory() -> None:
    units, piece = h264.NalUnits(), bytes(2**18)
    payloads = [b"\x7c\x85" + piece, *[b"\x7c\x05" + piece] * 20, b"\x7c\x45" + piece]

    assert received(units, payloads) == []
    assert units.incomplete == 1


@pytest.mark.parametrize(
    "payload",
    ["", "e5 00", "60 00", "79 00", "7f 00", "7c 85", "7c", "78 0004 67aa", "78 0000", "78 00", "78 0002 67aa 68"],
)
def test_what_is_no_payload_of_ours_is_refused(payload: str) -> None:
    with pytest.raises(ValueError, match=r"NAL unit"):
        h264.NalUnits().add(header(1), bytes.fromhex(payload))


def test_an_aggregation_of_nothing_has_no_units() -> None:
    assert h264.NalUnits().add(header(1), b"\x78") == ()
