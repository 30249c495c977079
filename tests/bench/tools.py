"""The readers that are compared: ours, tshark, scapy and pyshark. Each says how many packets a second it reads."""

from __future__ import annotations

import subprocess
import time
from itertools import islice
from pathlib import Path

import pyshark
from scapy.all import PcapReader  # all: only so does it know the layers

from tests.bench.account import account

SCAPY_PACKETS, PYSHARK_PACKETS = 20_000, 3_000
"""From the beginning of the capture; all of it would take minutes."""

HEURISTICS = ("--enable-heuristic", "rtp_udp", "--enable-heuristic", "rtp_stun")
FIELDS = ("frame.number", "frame.len", "frame.protocols", "ip.src", "ip.dst", "udp.srcport", "udp.dstport")
RTP_FIELDS = ("rtp.ssrc", "rtp.seq", "rtp.timestamp", "rtp.p_type")


def ours(path: Path) -> float:
    begun = time.perf_counter()
    return account(path) / (time.perf_counter() - begun)


def tshark(path: Path, packets: int) -> float:
    """`-T fields`, with what tells RTP by its looks."""
    fields = [word for name in (*FIELDS, *RTP_FIELDS) for word in ("-e", name)]
    command = ["tshark", "-n", "-r", str(path), *HEURISTICS, "-T", "fields", *fields]
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return packets / (time.perf_counter() - begun)


def scapy(path: Path) -> float:
    """Every layer that scapy dissects of itself, which does not include RTP."""
    begun = time.perf_counter()
    with PcapReader(str(path)) as reader:
        count = sum(1 for _ in islice(reader, SCAPY_PACKETS))
    return count / (time.perf_counter() - begun)


def pyshark_packets(path: Path) -> float:
    """From the first packet on, so that the start of its tshark does not count."""
    options = [*HEURISTICS, "-c", str(PYSHARK_PACKETS + 1)]
    with pyshark.FileCapture(str(path), keep_packets=False, custom_parameters=options) as capture:
        packets = iter(capture)
        next(packets)
        begun = time.perf_counter()
        count = sum(1 for _ in packets)
        elapsed = time.perf_counter() - begun
    return count / elapsed
