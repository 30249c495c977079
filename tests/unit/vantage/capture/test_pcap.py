"""pcap in its three variants and both byte orders; past what is broken, the next record is found."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from harness.vantage.capture import CaptureError, Problem
from harness.vantage.window import Direction

from ..blocks import pcap_header, record
from .reading import assert_explained, read

NANOSECONDS, KUZNETZOV = 0xA1B23C4D, 0xA1B2CD34
NOW = 1_700_000_000


@pytest.mark.parametrize("order", ["<", ">"])
def test_records_come_in_order_with_time_and_place(tmp_path: Path, order: str) -> None:
    content = pcap_header(order, network=1) + record(b"one", NOW, 250_000, order) + record(b"", NOW + 1, 0, order)
    content += record(b"three", 0xFFFFFFFF, 999_999, order, length=900)
    frames, capture = read(tmp_path, content, strict=True)
    assert [(frame.data, frame.time, frame.wire_length) for frame in frames] == [
        (b"one", NOW + 0.25, 3),
        (b"", NOW + 1.0, 0),
        (b"three", 0xFFFFFFFF + 0.999999, 900),
    ]
    assert [frame.place for frame in frames] == [24 + 16, 24 + 16 + 3 + 16, 24 + 3 * 16 + 3]
    assert {(frame.link, frame.interface, frame.direction) for frame in frames} == {(1, 0, Direction.UNKNOWN)}
    assert (capture.packets, capture.cut_short, capture.container) == (3, 1, 24 + 3 * 16)
    assert_explained(frames, capture, content)


def test_nanoseconds_are_kept_as_far_as_a_float_goes(tmp_path: Path) -> None:
    content = pcap_header(magic=NANOSECONDS) + record(b"a", 1_000_000, 123_456_789) + record(b"b", NOW, 123_456_789)
    (old, new), capture = read(tmp_path, content, strict=True)
    assert old.time == 1_000_000.123456789
    assert new.time == 1_700_000_000.123456789
    assert capture.interfaces[0].ticks == 10**9


def test_the_longer_header_of_kuznetzovs_variant_is_passed_over(tmp_path: Path) -> None:
    records = [record(data, NOW)[:16] + struct.pack("<IHBB", 3, 0x0800, 4, 0) + data for data in (b"one", b"three")]
    frames, capture = read(tmp_path, pcap_header(magic=KUZNETZOV) + b"".join(records), strict=True)
    assert [frame.data for frame in frames] == [b"one", b"three"]
    assert capture.container == 24 + 2 * 24


def test_the_link_type_has_sixteen_bits_and_the_rest_may_tell_of_a_check_sequence(tmp_path: Path) -> None:
    _, without = read(tmp_path, pcap_header(network=0xF000_0071))
    _, declared = read(tmp_path, pcap_header(network=0x2400_0001, snap_length=96))
    assert [(one.link_type, one.fcs_length) for one in without.interfaces] == [(0x71, 0)]
    assert [(one.link_type, one.fcs_length, one.snap_length) for one in declared.interfaces] == [(1, 4, 96)]


RECORDS = (record(b"first", NOW), record(b"second, longer", NOW), record(b"3", NOW + 1))


@pytest.mark.parametrize("end", [end for end in range(len(RECORDS[2])) if end])
def test_a_cut_inside_a_record_leaves_those_before_it(tmp_path: Path, end: int) -> None:
    begin = len(pcap_header() + RECORDS[0] + RECORDS[1])
    content = (pcap_header() + b"".join(RECORDS))[: begin + end]
    with pytest.raises(CaptureError, match=rf"truncated record at byte {begin}: {17 - end if end > 15 else 16 - end}"):
        read(tmp_path, content, strict=True)
    frames, capture = read(tmp_path, content)
    assert [frame.data for frame in frames] == [b"first", b"second, longer"]
    assert [(problem.place, problem.fault) for problem in capture.problems] == [(begin, "truncated record")]
    assert_explained(frames, capture, content)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("rubbish", "sentence"),
    [
        (bytes(16), "it has neither a time nor a length"),
        (bytes(61), "it has neither a time nor a length"),
        (b"\xff" * 40, "a frame of 4294967295 bytes is impossible"),
        (b"\xff" * 70_000, "a frame of 4294967295 bytes is impossible"),
    ],
)
def test_records_are_found_again_behind_rubbish(tmp_path: Path, order: str, rubbish: bytes, sentence: str) -> None:
    before, behind = record(b"before", NOW, 0, order), record(b"behind it", NOW + 2, 0, order)
    content = pcap_header(order) + before + rubbish + behind * 2
    frames, capture = read(tmp_path, content)
    assert [frame.data for frame in frames] == [b"before", b"behind it", b"behind it"]
    expected = f"{sentence}; {len(rubbish)} bytes could not be read"
    assert capture.problems == (Problem(24 + len(before), "malformed record", expected),)
    assert_explained(frames, capture, content)


def test_a_frame_longer_than_it_was_is_believed_where_another_record_follows(tmp_path: Path) -> None:
    odd = record(b"odd one", NOW, length=3)
    frames, capture = read(tmp_path, pcap_header() + odd + record(b"next", NOW))
    assert [frame.data for frame in frames] == [b"odd one", b"next"]
    assert [(problem.place, problem.fault) for problem in capture.problems] == [(24, "impossible length")]
    frames, capture = read(tmp_path, pcap_header() + odd + b"rubbish without a header")
    assert frames == []
    assert [problem.sentence[:32] for problem in capture.problems] == ["7 captured bytes of 3 are too ma"]
    assert capture.unread == len(odd) + 24


def test_a_fraction_of_more_than_a_second_is_named(tmp_path: Path) -> None:
    content = pcap_header() + record(b"data", NOW, 1_000_000) + record(b"data", NOW, 999_999)
    _, capture = read(tmp_path, content)
    assert [(problem.place, problem.fault) for problem in capture.problems] == [(24, "impossible time")]


def test_a_frame_beyond_the_limit_is_not_believed(tmp_path: Path) -> None:
    largest = record(bytes(256 * 1024), NOW)
    assert len(read(tmp_path, pcap_header() + largest, strict=True)[0]) == 1
    with pytest.raises(CaptureError, match="a frame of 262145 bytes is impossible"):
        read(tmp_path, pcap_header() + record(bytes(256 * 1024 + 1), NOW), strict=True)
