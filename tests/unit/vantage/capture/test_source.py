"""Compressed captures read like plain ones; where compression is damaged, all that comes out before is read."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

import pytest

from harness.vantage.capture import CaptureError, open_capture

from ..blocks import enhanced, interface, pcap_header, record, section
from .reading import assert_explained, frames_of, read

PCAP = pcap_header() + b"".join(record(bytes([number]) * number, 1_700_000_000) for number in range(200))
PCAPNG = section() + interface() + b"".join(enhanced(bytes([number]) * number, number) for number in range(200))


@pytest.mark.parametrize("content", [PCAP, PCAPNG])
def test_a_compressed_capture_is_the_plain_one(tmp_path: Path, content: bytes) -> None:
    plain, _ = read(tmp_path, content, strict=True)
    compressed = gzip.compress(content)
    frames, capture = read(tmp_path, compressed, strict=True)
    assert frames == plain
    assert (capture.size, capture.file_size) == (len(content), len(compressed))
    assert_explained(frames, capture, content)


@pytest.mark.parametrize("cut", [1, 100, len(PCAP) - 1])
def test_members_follow_each_other_and_zeros_may_fill_up(tmp_path: Path, cut: int) -> None:
    """RFC 1952 section 2.2: a gzip file consists of members one after the other."""
    content = gzip.compress(PCAP[:cut]) + gzip.compress(b"") + bytes(4095) + gzip.compress(PCAP[cut:]) + bytes(5000)
    assert read(tmp_path, content, strict=True)[0] == read(tmp_path, PCAP, strict=True)[0]


def test_what_comes_behind_the_members_is_named(tmp_path: Path) -> None:
    compressed = gzip.compress(PCAP)
    frames, capture = read(tmp_path, compressed + b"\0\0junk")
    assert len(frames) == 200
    assert [(problem.place, problem.fault) for problem in capture.problems] == [(len(PCAP), "damaged compression")]
    assert f"from byte {len(compressed) + 2} of the compressed file on there is no gzip" in capture.problems[0].sentence
    with pytest.raises(CaptureError, match=f"damaged compression at byte {len(PCAP)}"):
        read(tmp_path, compressed + b"junk", strict=True)


def test_a_compressed_file_that_ends_too_early_gives_what_is_there(tmp_path: Path) -> None:
    noise = random.Random(1)  # so that nothing can be compressed, and the half of one is the half of the other
    content = pcap_header() + b"".join(record(noise.randbytes(100), 1_700_000_000) for _ in range(200))
    compressed = gzip.compress(content)
    frames, capture = read(tmp_path, compressed[: len(compressed) // 2])
    assert 90 < len(frames) < 110
    assert capture.problems[-1].fault == "damaged compression"
    assert "the compressed file ends inside a member" in capture.problems[-1].sentence
    assert_explained(frames, capture, content)
    frames, capture = read(tmp_path, compressed[:-1])
    assert len(frames) == 200
    assert [problem.fault for problem in capture.problems] == ["damaged compression"]


def test_a_wrong_checksum_is_named_and_the_bytes_are_read(tmp_path: Path) -> None:
    compressed = bytearray(gzip.compress(PCAP))
    compressed[-6] ^= 1
    frames, capture = read(tmp_path, bytes(compressed))
    assert len(frames) == 200
    assert [problem.fault for problem in capture.problems] == ["damaged compression"]
    assert "incorrect data check" in capture.problems[0].sentence


@pytest.mark.parametrize("content", [b"\x1f\x8b", gzip.compress(PCAP)[:9], gzip.compress(b"")])
def test_a_compressed_file_without_a_byte_in_it_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CaptureError, match="empty file"):
        read(tmp_path, content)


def test_a_bomb_is_read_a_window_at_a_time(tmp_path: Path) -> None:
    """A thousandth of its size, nothing but zeros behind one record: no stretch of it grows beyond a window."""
    path = tmp_path / "bomb.pcap.gz"
    with gzip.open(path, "wb") as file:
        file.write(pcap_header() + record(b"one", 1_700_000_000))
        for _ in range(64):
            file.write(bytes(1 << 20))
    capture = open_capture(path, window=1 << 16)
    sizes = [len(frames.data) for frames in capture.windows()]
    assert max(sizes) <= 2 << 16
    assert capture.unread == 64 << 20
    assert capture.file_size < 1 << 17


def test_a_pipe_and_a_directory_are_no_captures(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(CaptureError, match="no regular file"):
            open_capture(path)
    with pytest.raises(FileNotFoundError):
        open_capture(tmp_path / "missing")


def test_a_compressed_capture_can_be_read_twice(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(PCAPNG)[:-9])
    capture = open_capture(tmp_path / "a", window=1000)
    first = frames_of(capture), capture.size, capture.container, capture.problems
    assert (frames_of(capture), capture.size, capture.container, capture.problems) == first
