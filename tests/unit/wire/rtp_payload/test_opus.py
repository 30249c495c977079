"""Opus packets: how the TOC divides them, in agreement with libopus about what is one and how long it lasts."""

from __future__ import annotations

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.markers import opus as decoding
from harness.wire.rtp_payload import opus


@pytest.mark.parametrize(
    ("packet", "sizes"),
    [
        ("78", (0,)),
        ("78 010203", (3,)),
        ("79 01020304", (2, 2)),
        ("7a 01 aa bbcc", (1, 2)),
        ("7a fc00" + "00" * 252 + "bb", (252, 1)),  # 252 is the first size of two bytes: 0 * 4 + 252
        ("7b 03 010203", (1, 1, 1)),
        ("7b 83 01 02 aa bbbb cc", (1, 2, 1)),
        ("7b 42 02 aabb 0000", (1, 1)),
        ("7b 41 ff 00 aa" + "00" * 254, (1,)),
    ],
)
def test_a_packet_is_divided_into_its_frames(packet: str, sizes: tuple[int, ...]) -> None:
    # RFC 6716 sections 3.2.1 to 3.2.5, written by hand. 0x78: configuration 15, mono.
    found = opus.parse(bytes.fromhex(packet))

    assert (found.config, found.stereo, found.sizes) == (15, False, sizes)
    assert found.samples == 960 * len(sizes)


@pytest.mark.parametrize(
    ("packet", "broken"),
    [
        ("", "R1"),
        ("78" + "00" * 1276, "R2"),
        ("79 010203", "R3"),
        ("7a", "R4"),
        ("7a fc", "R4"),
        ("7a 05 01", "R4"),
        ("7b", "R5"),
        ("7b 00", "R5"),
        ("7b 07" + "00" * 7, "R5"),  # seven times 20 ms
        ("7b 02 010203", "R6"),
        ("7b 41 05 aa", "R6"),
        ("7b 41", "R6"),
        ("7b 41 ff", "R6"),
        ("7b 83 01", "R7"),
        ("7b 82 05 01", "R7"),
    ],
)
def test_what_breaks_a_requirement_is_refused(packet: str, broken: str) -> None:
    with pytest.raises(ValueError, match="Opus"):
        opus.parse(bytes.fromhex(packet))


@pytest.mark.parametrize(
    ("config", "samples"),
    # RFC 6716 section 3.1, table 2: the first and the last of each row, in milliseconds times 48.
    [(0, 480), (3, 2880), (8, 480), (11, 2880), (12, 480), (13, 960), (15, 960), (16, 120), (19, 960), (31, 960)],
)
def test_the_configuration_says_how_long_a_frame_is(config: int, samples: int) -> None:
    assert opus.frame_samples(config) == samples


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_a_packet_or_a_value_error_as_libopus_finds(packet: bytes) -> None:
    decoder = decoding.decoder()
    try:
        heard = sum(frame.samples for frame in decoder.decode(av.Packet(packet)))
    except av.FFmpegError:
        with pytest.raises(ValueError, match="Opus"):
            opus.parse(packet)
    else:
        assert opus.parse(packet).samples == heard
