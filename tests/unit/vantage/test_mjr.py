"""Janus's recordings, written here by hand: what is whole is read to the byte, and what is not is refused."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from harness.vantage import mjr
from harness.vantage.capture import CaptureError
from harness.vantage.mjr import read_mjr

DESCRIBED = {"t": "a", "c": "opus", "s": 1_700_000_000_000_000, "u": 1_700_000_001_500_000}
PACKETS = (bytes.fromhex("806f00010000000100000001") + b"hello", bytes.fromhex("806f00020000000200000001"))


def described(said: object = DESCRIBED) -> bytes:
    text = json.dumps(said).encode()
    return struct.pack(">H", len(text)) + text


def packet(data: bytes, milliseconds: int = 0) -> bytes:
    return b"MEET" + struct.pack(">IH", milliseconds, len(data)) + data


WHOLE = b"MJR00002" + described() + packet(PACKETS[0]) + packet(PACKETS[1], 250)


def read(tmp_path: Path, content: bytes) -> mjr.Recorded:
    path = tmp_path / "alice-audio.mjr"
    path.write_bytes(content)
    return read_mjr(path)


def test_each_packet_has_its_bytes_and_its_time(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert found.codec == "opus"
    assert found.packets == ((1_700_000_001.5, PACKETS[0]), (1_700_000_001.75, PACKETS[1]))


def test_a_stream_without_a_packet_has_nothing_but_its_first_word(tmp_path: Path) -> None:
    assert read(tmp_path, b"MJR00002") == mjr.Recorded("", ())


@pytest.mark.parametrize(
    ("content", "fault", "offset"),
    [
        (b"", "no recording", 0),
        (b"MJR00001" + WHOLE[8:], "no recording", 0),
        (WHOLE[:9], "damaged", 8),
        (b"MJR00002" + described([]), "damaged", 8),
        (b"MJR00002" + described(DESCRIBED | {"u": -1}), "damaged", 8),
        (b"MJR00002" + described(DESCRIBED | {"u": True}), "damaged", 8),
        (b"MJR00002" + described(DESCRIBED | {"u": 10**400}), "damaged", 8),
        (b"MJR00002" + struct.pack(">H", 60_000) + b"[" * 60_000, "damaged", 8),
        (b"MJR00002" + struct.pack(">H", 500) + json.dumps(DESCRIBED).encode(), "damaged", 8),
        (WHOLE + b"MEE", "cut short", len(WHOLE)),
        (WHOLE[:-1], "damaged", len(WHOLE) - len(packet(PACKETS[1]))),
        (WHOLE.replace(b"MEET", b"MEAT"), "damaged", 10 + len(json.dumps(DESCRIBED))),
        (WHOLE + packet(b"too short"), "damaged", len(WHOLE)),
    ],
)
def test_what_is_not_whole_is_refused_with_its_place(tmp_path: Path, content: bytes, fault: str, offset: int) -> None:
    with pytest.raises(CaptureError) as refused:
        read(tmp_path, content)
    assert (refused.value.fault, refused.value.offset) == (fault, offset)


def test_more_than_anybody_needs_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mjr, "MOST_BYTES", len(WHOLE))
    assert len(read(tmp_path, WHOLE).packets) == 2
    with pytest.raises(CaptureError, match="too large"):
        read(tmp_path, WHOLE + packet(PACKETS[1]))
