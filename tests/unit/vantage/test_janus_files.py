"""What a Janus left: whose packets they are is said by the name of a recording, and by the addresses of a capture."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.vantage.capture import CaptureError
from harness.vantage.janus_files import JanusFileKind, janus_files

from .blocks import pcap_header, record
from .layers.frames import datagram
from .test_mjr import PACKETS, WHOLE

FROM_PARTY, TO_PARTY = "10.1.1.1:1000", "10.2.2.2:2000"


def test_recordings_come_first_and_captures_tell_the_ways_apart(tmp_path: Path) -> None:
    (tmp_path / "bob-video.mjr").write_bytes(WHOLE)
    sent, got = datagram(PACKETS[0], FROM_PARTY, TO_PARTY), datagram(PACKETS[1], TO_PARTY, FROM_PARTY)
    (tmp_path / "alice.pcap").write_bytes(pcap_header(network=1) + record(sent, 1) + record(got, 2))
    (tmp_path / "janus.log").write_text("said")
    recording, capture = janus_files(tmp_path)
    assert (recording.kind, recording.party) == (JanusFileKind.RECORDING, "bob")
    assert [(one.sent, one.data) for one in recording.packets] == [(True, PACKETS[0]), (True, PACKETS[1])]
    assert (capture.kind, capture.party, capture.path.name) == (JanusFileKind.CAPTURE, "alice", "alice.pcap")
    assert [(one.sent, one.data) for one in capture.packets] == [(True, PACKETS[0]), (False, PACKETS[1])]


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert list(janus_files(tmp_path / "none")) == []


@pytest.mark.parametrize("name", ["alice-audio.mjr", "alice.pcap"])
def test_a_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"something else entirely, of some length")
    with pytest.raises(CaptureError):
        list(janus_files(tmp_path))
