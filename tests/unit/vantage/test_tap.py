"""A tap leaves a capture that any tool can read, says what it counted, and never disturbs the call."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from harness.model.base import Party
from harness.model.recording import Vantage
from harness.vantage import tap, udp
from harness.vantage.tap import CaptureWriter, LegTap

from .blocks import ALICE, BOB, MALLORY

WIRESHARK = pytest.mark.skipif(which("tshark") is None or which("capinfos") is None, reason="tshark is not installed")


def alice_tap(tmp_path: Path) -> LegTap:
    return LegTap("alice-relay", Party.ALICE, tmp_path / "alice-relay.pcapng")


def test_every_datagram_is_in_the_capture_as_it_went(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    before = time.time()
    leg.seen(True, ALICE, BOB, b"to Bob")
    leg.seen(False, ALICE, BOB, b"from Bob")
    leg.seen(True, ALICE, MALLORY, b"")
    after = time.time()
    leg.close()
    seen = list(udp.datagrams(tmp_path / "alice-relay.pcapng"))
    assert [(where.source, where.destination, packet.data[where.start :]) for packet, where in seen] == [
        (ALICE, BOB, b"to Bob"),
        (BOB, ALICE, b"from Bob"),
        (ALICE, MALLORY, b""),
    ]
    times = [packet.time for packet, _ in seen]
    assert times == sorted(times)
    assert before - 1e-6 <= times[0] <= times[-1] <= after
    assert len({packet.data[4:6] for packet, _ in seen}) == 3  # each has an identification of its own


def test_a_datagram_that_was_seen_elsewhere_has_the_time_that_it_had_there(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    leg.seen(True, ALICE, BOB, b"to Bob", 1_700_000_000.25)
    leg.close()
    [(packet, _)] = udp.datagrams(tmp_path / "alice-relay.pcapng")
    assert packet.time == 1_700_000_000.25


def test_the_vantage_says_what_was_written_and_what_the_sockets_counted(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    other_socket = (ALICE[0], 41_000)
    for number in range(3):
        leg.seen(True, ALICE, BOB, bytes([number]))
    leg.seen(False, other_socket, BOB, b"in")
    leg.socket_closed(ALICE, counted=3, dropped=0)
    leg.socket_closed(other_socket, counted=2, dropped=1)
    leg.socket_closed((ALICE[0], 42_000), counted=0, dropped=0)
    assert leg.close() == Vantage(
        name="alice-relay",
        party=Party.ALICE,
        file="alice-relay.pcapng",
        near=("127.1.0.2:40000", "127.1.0.2:41000", "127.1.0.2:42000"),
        packets=4,
        sockets=5,
        dropped=1,
    )
    assert leg.fault is None


def test_the_vantage_says_that_a_leg_saw_it(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    leg.through_leg()
    assert leg.close().through_leg


def test_a_tap_that_saw_nothing_leaves_a_sound_capture(tmp_path: Path) -> None:
    vantage = alice_tap(tmp_path).close()
    assert (vantage.packets, vantage.near) == (0, ())
    assert list(udp.datagrams(tmp_path / "alice-relay.pcapng")) == []


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "alice-relay.pcapng").write_text("a recording")
    with pytest.raises(FileExistsError):
        alice_tap(tmp_path)
    assert (tmp_path / "alice-relay.pcapng").read_text() == "a recording"


def test_a_link_in_the_place_of_the_capture_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "alice-relay.pcapng").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        alice_tap(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_the_file_has_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    CaptureWriter(tmp_path / "secret.pcapng", "loot", "plaintext", mode=0o600).close()
    assert (tmp_path / "secret.pcapng").stat().st_mode & 0o777 == 0o600


def test_closing_twice_gives_the_same_answer_and_what_comes_later_is_a_fault(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    leg.seen(True, ALICE, BOB, b"in time")
    first = leg.close()
    assert (leg.close(), leg.fault) == (first, None)
    leg.seen(True, ALICE, BOB, b"too late")
    assert leg.fault == "a datagram of 8 bytes came after the tap was closed"
    assert len(list(udp.datagrams(tmp_path / "alice-relay.pcapng"))) == 1


def test_what_cannot_be_written_as_ipv4_is_a_fault_and_not_an_error_of_the_call(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    leg.seen(True, ALICE, BOB, b"sound")
    leg.seen(True, ("::1", 4000), BOB, b"IPv6")
    leg.seen(True, ALICE, BOB, b"after the fault nothing is written")
    leg.socket_closed(ALICE, counted=3, dropped=0)
    vantage = leg.close()
    assert leg.fault is not None
    assert leg.fault.startswith("packet 2 could not be written: illegal IP address")
    assert (vantage.packets, vantage.sockets) == (1, 3)
    assert len(list(udp.datagrams(tmp_path / "alice-relay.pcapng"))) == 1


TAPPING = """
import json, os, resource, signal, sys
from pathlib import Path
from harness.model.base import Party
from harness.vantage.tap import LegTap

leg = LegTap("alice-bob", Party.ALICE, Path(sys.argv[1]))
def see(count):
    for _ in range(count):
        leg.seen(True, ("127.1.0.2", 4000), ("127.1.0.3", 4001), bytes(1000))
"""
KILLED = TAPPING + "see(5); os.kill(os.getpid(), signal.SIGKILL)"
NO_SPACE = (
    TAPPING
    + """
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
see(20)
leg.socket_closed(("127.1.0.2", 4000), 20, 0)
vantage = leg.close()
print(json.dumps([vantage.packets, vantage.sockets, leg.fault]))
"""
)


def tapping(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    root = Path(tap.__file__).parents[2]
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)


def test_a_killed_process_leaves_every_packet_readable(tmp_path: Path) -> None:
    path = tmp_path / "killed.pcapng"
    assert tapping(KILLED, path).returncode == -signal.SIGKILL
    assert [len(packet.data) for packet, _ in udp.datagrams(path)] == [1028] * 5


def test_a_full_disk_is_a_fault_that_leaves_whole_packets_and_the_call_alone(tmp_path: Path) -> None:
    path = tmp_path / "full.pcapng"
    done = tapping(NO_SPACE, path)
    assert done.returncode == 0, done.stderr
    packets, sockets, fault = json.loads(done.stdout)
    assert 0 < packets < 10
    assert (sockets, os.strerror(27) in fault) == (20, True)  # EFBIG: the limit on the size of files was met
    assert f"packet {packets + 1} could not be written" in fault
    assert len(list(udp.datagrams(path))) == packets


@WIRESHARK
def test_wireshark_shows_what_the_capture_is_and_finds_every_checksum_right(tmp_path: Path) -> None:
    leg = alice_tap(tmp_path)
    for size in (0, 1, 7, 1199, 1200):
        leg.seen(size % 2 == 0, ALICE, BOB, bytes(size))
    leg.close()
    path = str(tmp_path / "alice-relay.pcapng")
    text = "Leg alice-relay: every datagram that alice's sockets sent or received, seen at the sockets."
    fields = "frame.comment frame.interface_name frame.p2p_dir udp.length ip.src udp.dstport"
    checks = "ip.checksum.status udp.checksum.status"
    verify = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    asked = [part for name in f"{fields} {checks}".split() for part in ("-e", name)]
    command = ["tshark", "-n", *verify, "-r", path, "-T", "fields", *asked]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    sent, received, good = "0", "1", "1"
    assert [line.split("\t") for line in shown.stdout.splitlines()] == [
        [text, "alice-relay", sent, "8", ALICE[0], str(BOB[1]), good, good],
        ["", "alice-relay", received, "9", BOB[0], str(ALICE[1]), good, good],
        ["", "alice-relay", received, "15", BOB[0], str(ALICE[1]), good, good],
        ["", "alice-relay", received, "1207", BOB[0], str(ALICE[1]), good, good],
        ["", "alice-relay", sent, "1208", ALICE[0], str(BOB[1]), good, good],
    ]
    about = subprocess.run(["capinfos", path], check=True, capture_output=True, text=True).stdout
    for line in (f"Capture comment:     {text}", "Raw IP", "microseconds (6)", "call-interception-harness"):
        assert line in about


def test_scapy_itself_reads_the_packets_and_the_comment(tmp_path: Path) -> None:
    from scapy.utils import RawPcapNgReader

    leg = alice_tap(tmp_path)
    leg.seen(True, ALICE, BOB, b"payload")
    leg.close()
    about: Any
    with RawPcapNgReader(str(tmp_path / "alice-relay.pcapng")) as reader:
        [(data, about)] = reader
    assert (data, about.linktype) == (udp.pack(ALICE, BOB, b"payload", identification=1), 101)
    assert [bytes(comment) for comment in about.comments] == [
        b"Leg alice-relay: every datagram that alice's sockets sent or received, seen at the sockets."
    ]
