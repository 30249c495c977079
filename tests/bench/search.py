"""What 200 patterns cost beside one: `python -m tests.bench.search [PACKETS]`.

The same windows of two SRTP streams in each direction go through both searches in turn; medians of three rounds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np

from harness.inspection.search.pattern import Pattern, PatternKind
from harness.inspection.search.search import Search
from harness.vantage.window import Window
from tests.unit.inspection.windows import Capture, Sent

ROUNDS = 3
PER_WINDOW = 20_000
ENDS = ("192.0.2.1:5000", "192.0.2.2:6000")
SIZES = {1: 90, 2: 900}
"""Bytes of each stream's payload, tag included: speech and video."""


def windows(packets: int, seed: int = 1) -> list[Window]:
    """A call: in each direction three packets of video for each of speech."""
    random, capture = np.random.default_rng(seed), Capture()
    made = []
    for first in range(0, packets, PER_WINDOW):
        sent = [_packet(number, random) for number in range(first, min(first + PER_WINDOW, packets))]
        made.append(capture.window(sent))
    return made


def _packet(number: int, random: np.random.Generator) -> Sent:
    way, ssrc = number % 2, 1 if number // 2 % 4 == 0 else 2
    header = bytes([0x80, 95 + ssrc]) + (number & 0xFFFF).to_bytes(2, "big") + (160 * number).to_bytes(4, "big")
    payload = header + (ssrc + 2 * way).to_bytes(4, "big") + random.bytes(SIZES[ssrc])
    return Sent(number / 400, ENDS[way], ENDS[1 - way], payload)


def patterns(number: int, seed: int = 2) -> list[Pattern]:
    """Secrets of the lengths that calls have."""
    random = np.random.default_rng(seed)
    sizes = (14, 16, 30, 32, 48)
    return [Pattern(str(one), PatternKind.MASTER, random.bytes(sizes[one % len(sizes)])) for one in range(number)]


def seconds(wanted: Sequence[Pattern], over: Sequence[Window]) -> tuple[float, int]:
    """How long it takes, the automaton's making included, and the bytes that went past the automata."""
    begun = time.perf_counter()
    search = Search(wanted)
    for window in over:
        search.add(window)
    elapsed = time.perf_counter() - begun
    if search.result():
        raise SystemExit("something was found that is not there")
    return elapsed, search.coverage().searched


def contest(over: Sequence[Window]) -> tuple[dict[int, float], int]:
    """Median seconds for each number of patterns, and the bytes that went past the automata with the most of them."""
    contestants = {number: patterns(number) for number in (1, 200)}
    taken: dict[int, list[float]] = {number: [] for number in contestants}
    searched = 0
    for _ in range(ROUNDS):
        for number, wanted in contestants.items():
            elapsed, searched = seconds(wanted, over)
            taken[number].append(elapsed)
    return {number: statistics.median(values) for number, values in taken.items()}, searched


def main(packets: int) -> None:
    over = windows(packets)
    captured = sum(len(window.frames.data) for window in over)
    medians, searched = contest(over)
    print(f"{packets} packets, {captured} captured bytes, {searched} searched bytes")
    for number, median in medians.items():
        cost = f"{1e9 * median / captured:6.2f} ns/captured byte {1e9 * median / packets:8.0f} ns/packet"
        print(f"{number:>4} patterns {median:7.2f} s {cost}")
    print(f"200 patterns / 1 pattern {medians[200] / medians[1]:5.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
