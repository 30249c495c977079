"""Whose sound is in what a media server recorded, also of somebody who was silent for long before."""

from __future__ import annotations

from pathlib import Path

from harness.endpoints.frames import encoded
from harness.evidence.recording_folder import MEDIA_SERVER
from harness.model.base import Asset
from harness.model.call import AudioKind
from harness.visibility.reached import _at_janus
from tests.unit.vantage.test_mjr import described, packet

MARKER = 0xA11CE00000000A0D
SILENCE = bytes.fromhex("f8fffe")
"""20 ms of nothing (RFC 6716)."""


def rtp(number: int, payload: bytes) -> bytes:
    return bytes.fromhex("806f") + number.to_bytes(2) + (960 * number).to_bytes(4) + bytes(3) + b"\x07" + payload


def recording(root: Path, silent: int) -> None:
    """So many packets without a sound, and then two seconds with a marker."""
    spoken = encoded(Asset.AUDIO, MARKER, AudioKind.CHORD)
    payloads = [SILENCE] * silent + [spoken[number % len(spoken)] for number in range(100)]
    packets = b"".join(packet(rtp(number, one), 20 * number) for number, one in enumerate(payloads))
    (root / MEDIA_SERVER).mkdir(parents=True)
    (root / MEDIA_SERVER / "alice-audio.mjr").write_bytes(b"MJR00002" + described() + packets)


def heard(root: Path) -> set[tuple[str, int]]:
    return {(place, marker) for place, markers in _at_janus(root) for marker in markers}


def test_who_speaks_at_once_is_heard(tmp_path: Path) -> None:
    recording(tmp_path, silent=0)
    assert heard(tmp_path) == {("recording", MARKER)}


def test_who_is_silent_for_long_is_heard_at_the_end(tmp_path: Path) -> None:
    recording(tmp_path, silent=600)
    assert heard(tmp_path) == {("recording", MARKER)}


def test_who_says_nothing_is_not_heard(tmp_path: Path) -> None:
    recording(tmp_path, silent=0)
    (path,) = (tmp_path / MEDIA_SERVER).iterdir()
    path.write_bytes(b"MJR00002" + described() + b"".join(packet(rtp(n, SILENCE), 20 * n) for n in range(200)))
    assert heard(tmp_path) == set()
