"""Whatever is done to a capture: reading ends, every byte is explained, and nothing but CaptureError comes out."""

from __future__ import annotations

import gzip
import itertools
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.vantage.capture import CaptureError, reader

from ..blocks import block, enhanced, interface, obsolete, options, pcap_header, record, secrets, section, simple
from .reading import assert_explained, read

HOSTILE = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
FLAGS, COMMENT, NOW = 2, 1, 1_700_000_000

orders = st.sampled_from("<>")
payloads = st.binary(max_size=60) | st.integers(0, 60).map(bytes)


@st.composite
def sections(draw: st.DrawFn) -> bytes:
    """A section with blocks of every kind; the time of its packets is not the point."""
    order = draw(orders)
    count = draw(st.integers(1, 2))
    inbound = options((FLAGS, struct.pack(order + "I", 1)), order=order)
    said = options((COMMENT, b"said"), order=order)
    kinds = st.one_of(
        st.builds(enhanced, payloads, st.integers(0, 1 << 60), st.just(order), st.integers(0, count - 1)),
        st.builds(enhanced, payloads, st.just(1), st.just(order), extra=st.sampled_from([inbound, said])),
        st.builds(obsolete, payloads, st.integers(0, 1 << 60), st.just(order)),
        st.builds(simple, payloads, order=st.just(order)),
        st.builds(secrets, payloads, order=st.just(order)),
        st.builds(block, st.sampled_from([4, 5, 0xBAD, 99]), payloads, st.just(order)),
    )
    return section(order) + interface(order) * count + b"".join(draw(st.lists(kinds, max_size=12)))


@st.composite
def pcaps(draw: st.DrawFn) -> bytes:
    order, magic = draw(orders), draw(st.sampled_from([0xA1B2C3D4, 0xA1B23C4D]))
    made = st.builds(record, payloads, st.integers(NOW, NOW + 999), st.integers(0, 999_999), st.just(order))
    return pcap_header(order, magic) + b"".join(draw(st.lists(made, max_size=12)))


captures = st.lists(sections(), min_size=1, max_size=3).map(b"".join) | pcaps()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sound capture in which some bytes were changed, lost, or put in between."""
    content = draw(captures)
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(content)))
        lost = draw(st.sampled_from([0, 1, 4, 30, len(content)]))
        content = content[:begin] + draw(st.binary(max_size=8)) + content[begin + lost :]
    return content


@HOSTILE
@given(captures)
def test_a_sound_capture_has_no_problem(tmp_path: Path, content: bytes) -> None:
    frames, capture = read(tmp_path, content, strict=True)
    assert (capture.problems, capture.unread, capture.size) == ((), 0, len(content))
    assert_explained(frames, capture, content)


@HOSTILE
@given(damaged())
def test_each_byte_of_a_damaged_capture_is_explained(tmp_path: Path, content: bytes) -> None:
    try:
        frames, capture = read(tmp_path, content)
    except CaptureError as error:
        assert error.offset == 0
        return
    assert capture.size == len(content)
    assert_explained(frames, capture, content)
    assert all(0 <= problem.place <= len(content) for problem in capture.problems)


@HOSTILE
@given(damaged(), st.sampled_from([1, 50, 333]))
def test_what_is_read_does_not_depend_on_the_window(tmp_path: Path, content: bytes, window: int) -> None:
    try:
        frames, capture = read(tmp_path, content)
    except CaptureError:
        return
    others, other = read(tmp_path, content, window=window)
    assert repr(others) == repr(frames)  # not-a-number is not equal to itself
    assert (other.container, other.unread, other.problems) == (capture.container, capture.unread, capture.problems)
    assert (other.interfaces, other.comments, other.secrets) == (capture.interfaces, capture.comments, capture.secrets)


@HOSTILE
@given(damaged())
def test_strict_reading_agrees_that_there_is_a_problem(tmp_path: Path, content: bytes) -> None:
    try:
        _, capture = read(tmp_path, content)
    except CaptureError:
        return
    if not capture.problems:
        assert read(tmp_path, content, strict=True)[1].packets == capture.packets
        return
    with pytest.raises(CaptureError) as caught:
        read(tmp_path, content, strict=True)
    assert caught.value.offset in {problem.place for problem in capture.problems}


@HOSTILE
@given(damaged().map(gzip.compress), st.data())
def test_damaged_compression_gives_frames_or_a_capture_error(
    tmp_path: Path, content: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    broken = content[:at] + data.draw(st.binary(max_size=3)) + content[at + 1 :]
    try:
        frames, capture = read(tmp_path, broken)
    except CaptureError:
        return
    assert capture.container + sum(len(frame.data) for frame in frames) + capture.unread == capture.size


HEADS = (section() + interface(), section(">") + interface(">"), pcap_header(), pcap_header(">"))


@HOSTILE
@given(st.sampled_from(HEADS), st.binary(max_size=300))
def test_rubbish_behind_a_head_is_explained(tmp_path: Path, head: bytes, tail: bytes) -> None:
    frames, capture = read(tmp_path, head + tail)
    assert_explained(frames, capture, head + tail)


def test_where_damage_has_no_end_nothing_is_believed_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_FAULTS", 5)
    broken = enhanced(b"data")[:-1] + b"\xff"
    content = section() + interface() + (enhanced(b"fine") + broken) * 20
    frames, capture = read(tmp_path, content)
    assert len(frames) == 5
    assert [problem.fault for problem in capture.problems] == ["malformed block"] * 4 + ["too many faults"]
    assert "behind it nothing is read" in capture.problems[-1].sentence
    assert_explained(frames, capture, content)


@pytest.mark.parametrize("order", ["<", ">"])
def test_frames_of_many_windows_are_those_of_one(tmp_path: Path, order: str) -> None:
    """So many records that each way of finding them is used: a few, many one by one, and all at once."""
    sizes = itertools.islice(itertools.cycle([0, 6, 61, 172, 6, 1200, 3]), 20_000)
    packets = [enhanced(bytes([6]) * size, 1_000_000 * number, order) for number, size in enumerate(sizes)]
    content = section(order) + interface(order) + b"".join(packets)
    one, capture = read(tmp_path, content, window=len(content), strict=True)
    many, _ = read(tmp_path, content, window=300_000, strict=True)
    assert one == many
    assert [frame.time for frame in one] == list(map(float, range(20_000)))
    assert_explained(one, capture, content)
