"""Speed and memory of `harness audit`, beside the tools that people use: `python -m tests.bench.audit [--quick]`.

All in one run on the same generated captures: rounds alternate, so that noise hits all alike; medians are printed, and
whether each reaches its target, which nothing fails for. `--quick` leaves the capture of ten million packets out.
Captures lie in a temporary folder (TMPDIR) and take about a gigabyte, four more for the ten million.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.vantage.window import Window
from harness.wire.demux import PacketClass
from tests.bench import account, authentication, captures, search, tools
from tests.bench.authentication import BARE, ONE, TWO, Load
from tests.bench.peak import Cost, cost

ROUNDS = 3
PACKETS = 1_000_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
MOST_MEGABYTES = 400
MOST_GROWTH = 1.1
"""Of memory, when the capture is ten times as large."""

MEMORY_FROM = 100_000
"""Packets of the smallest capture whose memory is compared: below, some buffers are not full yet."""


def say(what: str, measured: str, ratio: float, target: float, *, most: bool = False) -> None:
    """One line: `target` is the least that the ratio should be, or the most."""
    met = ratio <= target if most else ratio >= target
    bound = f"{'≤' if most else '≥'} {target:g}"
    print(f"  {what:<34} {measured:<44} {ratio:8.2f}   {bound:>7}   {'met' if met else 'missed'}", flush=True)


def head(title: str) -> None:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\n{title}; load of the machine {load} on {os.cpu_count()} processors", flush=True)
    print(f"  {'':<34} {'':<44} {'measured':>8}   {'target':>7}")


def medians(contestants: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Of rounds in which everybody has a turn."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            taken[name].append(run())
    return {name: statistics.median(values) for name, values in taken.items()}


def readers(path: Path, packets: int) -> None:
    """Packets per second of wall clock."""
    rates = medians(
        {
            "harness": lambda: tools.ours(path),
            "tshark": lambda: tools.tshark(path, packets),
            "scapy": lambda: tools.scapy(path),
            "pyshark": lambda: tools.pyshark_packets(path),
        }
    )
    excerpts = {"scapy": tools.SCAPY_PACKETS, "pyshark": tools.PYSHARK_PACKETS}
    for name, target in (("tshark", 10), ("scapy", 25), ("pyshark", 800)):
        excerpt = f" (first {excerpts[name]:,})" if name in excerpts else ""
        measured = f"{rates['harness']:,.0f} and {rates[name]:,.0f} packets/s"
        say(f"account / {name}{excerpt}", measured, rates["harness"] / rates[name], target)


def proofs(windows: list[Window]) -> None:
    """Packets per second, from windows to fates."""
    times = authentication.contest(Load(captures.PROFILE, captures.KEYS, list(_media(windows)), windows))
    count = sum(len(window.rows(PacketClass.SRTP, PacketClass.SRTCP)) for window in windows)
    for name, title, target in ((ONE, "authenticate / unprotect", 0.6), (TWO, "the same with 2 processes", 1.1)):
        measured = f"{count / times[name]:,.0f} and {count / times[BARE]:,.0f} packets/s"
        say(title, measured, times[BARE] / times[name], target)


def _media(windows: list[Window]) -> Iterator[tuple[int, bytes]]:
    """Every SRTP and SRTCP packet, with the way to open it: SSRCs of the client are even."""
    for window in windows:
        for row in window.rows(PacketClass.SRTP, PacketClass.SRTCP).tolist():
            rtcp = bool(window.klass[row] == PacketClass.SRTCP)
            packet = window.payload(row)
            side = packet[7 if rtcp else 11] & 1
            yield 2 * side + rtcp, packet


def patterns(windows: list[Window], packets: int) -> None:
    """Microseconds of wall clock for each packet."""
    times, _ = search.contest(windows)
    measured = f"{1e6 * times[200] / packets:.1f} and {1e6 * times[1] / packets:.1f} µs/packet"
    say("search for 200 patterns / for 1", measured, times[200] / times[1], 2, most=True)


def speed(kind: str, path: Path) -> None:
    head(f"{kind} capture, {PACKETS:,} packets")
    readers(path, PACKETS)
    windows = list(account.windows(path))
    proofs(windows)
    patterns(windows, PACKETS)


def growth(folder: Path, sizes: tuple[int, ...]) -> None:
    """Cost and memory of captures of growing size, each in a process of its own."""
    sdp = folder / "call.sdp"
    sdp.write_text(captures.description())
    works: dict[str, tuple[str, tuple[str, ...]]] = {
        "account": ("account", ()),
        "whole audit, no keys": ("audit", ()),
        "whole audit, keys": ("audit", ("--sdp", str(sdp))),
    }
    costs: dict[str, dict[int, Cost]] = {name: {} for name in works}
    for size in sizes:
        path = folder / f"plain-{size}.pcap"
        if not path.exists():
            captures.write(path, captures.plain_frames(size))
        for name, (work, options) in works.items():
            costs[name][size] = cost(work, path, *options)
        path.unlink()
    head("growth and memory")
    for name, by_size in costs.items():
        line = "  ".join(f"{size:,}: {1e6 * one.seconds / size:.2f}" for size, one in by_size.items())
        print(f"  {name:<34} µs/packet of processor time   {line}")
    for name, by_size in costs.items():
        held = {size: one.megabytes for size, one in by_size.items() if size >= MEMORY_FROM}
        line = "  ".join(f"{size:,}: {one:.0f}" for size, one in held.items())
        say(f"memory, {name}", f"MB   {line}", max(held.values()), MOST_MEGABYTES, most=True)
        *_, before, last = held.values()
        say("  last over the one before", "", last / before, MOST_GROWTH, most=True)


def main(sizes: tuple[int, ...]) -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for kind, frames in (("plain", captures.plain_frames), ("mixed", captures.mixed_frames)):
            path = folder / f"{kind}-{PACKETS}.pcap"
            captures.write(path, frames(PACKETS))
            speed(kind, path)
        path.unlink()
        growth(folder, sizes)
    print(f"\n{(time.monotonic() - begun) / 60:.0f} minutes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.audit")
    parser.add_argument("--quick", action="store_true", help="leave the capture of ten million packets out")
    main(SIZES[:-1] if parser.parse_args().quick else SIZES)
