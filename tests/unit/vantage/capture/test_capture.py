"""The same frames as scapy finds, again and again, from a plain path to numpy columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scapy.utils import RawPcapNgReader, RawPcapReader

from harness.vantage.capture import open_capture

from ..blocks import enhanced, interface, options, pcap_header, record, section
from .reading import frames_of, read

PROPERTY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
IF_TSRESOL = 9

orders = st.sampled_from("<>")
packets = st.lists(st.tuples(st.binary(min_size=1, max_size=90), st.integers(1, 10**9 - 1)), max_size=20)


def scapys(reader: Any, path: Path) -> list[tuple[bytes, Any]]:
    with reader(str(path)) as opened:
        return list(opened)


@PROPERTY
@given(packets, orders, st.sampled_from([(0xA1B2C3D4, 10**6), (0xA1B23C4D, 10**9)]))
def test_scapy_reads_the_same_from_a_pcap(
    tmp_path: Path, packets: list[tuple[bytes, int]], order: str, variant: tuple[int, int]
) -> None:
    magic, ticks = variant
    made = [record(data, 1_700_000_000, fraction % ticks, order, len(data) + 2) for data, fraction in packets]
    frames, _ = read(tmp_path, pcap_header(order, magic) + b"".join(made), strict=True)
    theirs = scapys(RawPcapReader, tmp_path / "a.capture")
    assert [(frame.data, frame.wire_length) for frame in frames] == [(data, about.wirelen) for data, about in theirs]
    assert [frame.time for frame in frames] == [about.sec + about.usec / ticks for _, about in theirs]


@PROPERTY
@given(packets, orders, st.sampled_from([6, 9]))
def test_scapy_reads_the_same_from_a_pcapng(
    tmp_path: Path, packets: list[tuple[bytes, int]], order: str, resolution: int
) -> None:
    seconds, ticks = 1_700_000_000, 10**resolution
    described = interface(order, extra=options((IF_TSRESOL, bytes([resolution])), order=order))
    made = [
        enhanced(data, seconds * ticks + fraction % ticks, order, number % 2, len(data) + 2)
        for number, (data, fraction) in enumerate(packets)
    ]
    content = section(order) + described + interface(order, 1, extra=described[16:-4]) + b"".join(made)
    frames, _ = read(tmp_path, content, strict=True)
    theirs = scapys(RawPcapNgReader, tmp_path / "a.capture")
    assert [(frame.data, frame.wire_length, frame.link) for frame in frames] == [
        (data, about.wirelen, about.linktype) for data, about in theirs
    ]
    stamps = [(about.tshigh << 32) + about.tslow for _, about in theirs]
    assert [frame.time for frame in frames] == pytest.approx([stamp / ticks for stamp in stamps], abs=3e-7)


CONTENT = section() + interface() + b"".join(enhanced(bytes(number), number) for number in range(500))


def test_a_capture_can_be_read_again_and_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT[:-1])
    capture = open_capture(tmp_path / "a", window=5000)
    first = frames_of(capture)
    seen = (capture.packets, capture.container, capture.unread, capture.problems, tuple(capture.interfaces))
    assert len(first) == 499
    assert frames_of(capture) == first
    assert (capture.packets, capture.container, capture.unread, capture.problems, tuple(capture.interfaces)) == seen


def test_a_pass_that_was_broken_off_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    capture = open_capture(tmp_path / "a", window=5000)
    next(capture.windows())
    assert len(frames_of(capture)) == 500
    assert (capture.packets, len(capture.interfaces)) == (500, 1)


def test_a_window_holds_about_as_many_bytes_as_were_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    sizes = [len(frames.data) for frames in open_capture(tmp_path / "a", window=5000).windows()]
    assert len(sizes) > 20
    assert max(sizes) < 2 * 5000


def test_columns_have_the_types_that_layers_rely_on_and_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    (frames,) = open_capture(tmp_path / "a").windows()
    columns = ("data", "offset", "length", "wire_length", "time", "link", "interface", "direction", "place")
    types = [str(getattr(frames, name).dtype) for name in columns]
    assert types == ["uint8", "int64", "int64", "int64", "float64", "int32", "int32", "uint8", "int64"]
    assert not any(getattr(frames, name).flags.writeable for name in columns)
    assert np.array_equal(frames.length, np.arange(500))
