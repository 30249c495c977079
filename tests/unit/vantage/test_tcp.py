"""A segment is what any other program would have made of it, and a tapped connection comes out again as two streams."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP

from harness.model.base import Party
from harness.vantage import tcp
from harness.vantage.capture import CaptureError
from harness.vantage.stream_tap import StreamTap
from harness.vantage.tcp import Connection, Flags, Segment

from .blocks import ALICE, BOB, MALLORY

addresses = st.tuples(st.ip_addresses(v=4).map(str), st.integers(0, 65_535))
numbers = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(addresses, addresses, numbers, numbers, st.binary(max_size=200))
def test_scapy_computes_the_same_headers_and_checksums(
    source: tuple[str, int], destination: tuple[str, int], sequence: int, acknowledged: int, payload: bytes
) -> None:
    ip = IP(src=source[0], dst=destination[0], id=7, flags="DF", ttl=64)
    header = TCP(sport=source[1], dport=destination[1], seq=sequence, ack=acknowledged, flags="PA", window=0xFFFF)
    segment = Segment(source, destination, sequence, acknowledged, Flags.PSH | Flags.ACK, payload)
    assert tcp.pack(segment, 7) == bytes(ip / header / payload)


def tapped(path: Path) -> StreamTap:
    """Alice opens a connection, says much, is answered, and both end it."""
    tap = StreamTap("alice-service", Party.ALICE, path)
    tap.opened(ALICE, BOB)
    tap.passed(ALICE, BOB, True, b"x" * (tcp.MOST + 5))
    tap.passed(ALICE, BOB, False, b"answer")
    tap.ended(ALICE, BOB, True)
    tap.passed(ALICE, BOB, False, b", and more")
    tap.ended(ALICE, BOB, False)
    tap.close()
    return tap


def test_both_directions_come_out_as_they_went_in(tmp_path: Path) -> None:
    path = tmp_path / "alice-service.pcapng"
    assert tapped(path).fault is None
    assert tcp.connections(path) == (Connection(ALICE, BOB, b"x" * (tcp.MOST + 5), b"answer, and more"),)


def test_connections_are_kept_apart_also_when_a_port_comes_again(tmp_path: Path) -> None:
    tap = StreamTap("alice-service", Party.ALICE, tmp_path / "one.pcapng")
    for said in (b"first", b"second"):
        tap.opened(ALICE, BOB)
        tap.opened(MALLORY, BOB)
        tap.passed(ALICE, BOB, True, said)
        tap.passed(MALLORY, BOB, False, said[::-1])
    tap.close()
    assert [(one.client, one.sent, one.received) for one in tcp.connections(tmp_path / "one.pcapng")] == [
        (ALICE, b"first", b""),
        (MALLORY, b"", b"tsrif"),
        (ALICE, b"second", b""),
        (MALLORY, b"", b"dnoces"),
    ]


@pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")
def test_wireshark_follows_the_stream_without_a_complaint(tmp_path: Path) -> None:
    path = tmp_path / "alice-service.pcapng"
    tapped(path)
    command = ["tshark", "-n", "-o", "tcp.check_checksum:TRUE", "-r", str(path), "-T", "fields"]
    asked = ("tcp.checksum.status", "tcp.len", "_ws.expert.severity", "frame.p2p_dir")
    shown = subprocess.run(
        [*command, *(part for name in asked for part in ("-e", name))], check=True, capture_output=True, text=True
    )
    rows = [line.split("\t") for line in shown.stdout.splitlines()]
    graver = {int(part) for row in rows for part in row[2].split(",") if part} - {0x100000, 0x200000, 0x400000}
    assert {row[0] for row in rows} == {"1"} and graver == set()  # comment, chat and note: no warning, no error
    assert [int(row[1]) for row in rows] == [0, 0, 0, tcp.MOST, 5, 6, 0, 10, 0]
    assert [row[3] for row in rows] == ["0", "1", "0", "0", "0", "1", "0", "1", "1"]


def test_a_tap_that_can_no_longer_write_says_so_and_disturbs_nobody(tmp_path: Path) -> None:
    tap = tapped(tmp_path / "alice-service.pcapng")
    tap.passed(ALICE, BOB, True, b"late")
    assert tap.fault == "bytes passed after the tap was closed"


def test_a_capture_is_never_overwritten(tmp_path: Path) -> None:
    tapped(tmp_path / "alice-service.pcapng")
    with pytest.raises(FileExistsError):
        StreamTap("alice-service", Party.ALICE, tmp_path / "alice-service.pcapng")


def test_a_damaged_capture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alice-service.pcapng"
    tapped(path)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(CaptureError):
        tcp.connections(path)


def test_a_segment_of_no_connection_is_refused(tmp_path: Path) -> None:
    tap = StreamTap("alice-service", Party.ALICE, tmp_path / "one.pcapng")
    tap._connections[ALICE, BOB] = [1, 1]
    tap.passed(ALICE, BOB, True, b"from nowhere")
    tap.close()
    with pytest.raises(ValueError, match="a connection that nobody opened"):
        tcp.connections(tmp_path / "one.pcapng")
