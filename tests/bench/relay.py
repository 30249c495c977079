"""Our relays beside coturn and rtpengine: `python -m tests.bench.relay [PACKETS]`.

Each has a core to itself, and sender and receiver have the other: the same SRTP packets go one way through each, in
turns. Packets a second are those that arrive in bursts of 32, one after the other; the delay is measured at a rate that
all of them carry. Both hang on what else the machine does. What a packet costs whoever passes it on does not: the
processor time of its process, as the kernel counts it.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from harness.network import coturn, rtpengine
from tests.bench import relay_ways
from tests.bench.relay_load import AUDIO, RATE, VIDEO, Passed, Way, as_many_as_pass, at_a_rate

PACKETS = 30_000
ROUNDS = 3
WARMING = 500
TARGET = 0.5
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Measured:
    """One way, and what passed it in each round."""

    kind: str
    open: Callable[[], AbstractAsyncContextManager[Way]]
    version: str = "ours"
    there: bool = True
    many: list[Passed] = field(default_factory=list)
    steady: list[Passed] = field(default_factory=list)
    busy: float = 0.0
    """Seconds of processor that those in between used for all of `many`."""

    @property
    def rate(self) -> float:
        return statistics.median(passed.rate for passed in self.many)

    @property
    def lost(self) -> int:
        return sum(passed.lost for passed in (*self.many, *self.steady))

    @property
    def cost(self) -> float:
        """Microseconds of processor for each packet."""
        return self.busy / sum(passed.arrived for passed in self.many) * 1e6

    def delay(self) -> tuple[float, float]:
        """Median and 99th percentile, in microseconds, over all rounds."""
        delays = sorted(delay for passed in self.steady for delay in passed.delays)
        if not delays:
            raise RuntimeError(f"{self.kind}: no packet arrived")
        return statistics.median(delays) * 1e6, delays[int(len(delays) * 0.99)] * 1e6


def ways() -> tuple[Measured, ...]:
    here, version = rtpengine.installed(), rtpengine.version()
    return (
        Measured("nobody in between", relay_ways.direct, ""),
        Measured("forwarding", relay_ways.forwarding),
        Measured("coturn", relay_ways.coturn, coturn.version(), coturn.installed()),
        Measured("rtpengine", relay_ways.rtpengine_relays, version, here),
        Measured("intercepting", relay_ways.intercepting),
        Measured("rtpengine, ends DTLS", relay_ways.rtpengine_terminates, version, here),
    )


async def measure(one: Measured, packets: int) -> None:
    async with one.open() as way:
        as_many_as_pass(way, WARMING)
        before = used()
        one.many.append(as_many_as_pass(way, packets))
        one.busy += used() - before
        one.steady.append(at_a_rate(way, RATE))


def used() -> float:
    """Seconds of processor that the processes have used which this one has started, and which are there (proc(5))."""
    children = [pid for one in Path("/proc/self/task").glob("*/children") for pid in one.read_text().split()]
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children]
    return sum(int(ticks) for stat in stats for ticks in stat[11:13]) / TICKS


async def main(packets: int) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        print("one core: relays were not measured, for the sender would take their time")
        return
    every = ways()
    for one in every:
        if not one.there:
            print(f"{one.kind}: not installed, not measured")
    measured = [one for one in every if one.there]
    for _ in range(ROUNDS):
        for one in measured:
            await measure(one, packets)
    report(measured)


def report(measured: Sequence[Measured]) -> None:
    base, _ = measured[0].delay()
    print(f"SRTP packets of {AUDIO} and {VIDEO} B, three to one, over loopback; one core for who is in between")
    print(f"{'':32}{'packets/s':>10}{'processor':>11}{f'delay added at {RATE:,}/s: median, 99 %':>42}{'lost':>6}")
    for one in measured:
        median, late = one.delay()
        added = f"{median - base:,.0f} us, {late - base:,.0f} us"
        name, cost = " ".join((one.kind, one.version)), f"{one.cost:.1f} us"
        print(f"{name:<32}{one.rate:>10,.0f}{cost:>11}{added:>42}{one.lost:>6}")
    named = {one.kind: one for one in measured}
    compared(named, "forwarding", "coturn", TARGET)
    compared(named, "forwarding", "rtpengine")
    compared(named, "intercepting", "rtpengine, ends DTLS")


def compared(named: Mapping[str, Measured], ours: str, other: str, target: float | None = None) -> None:
    """The ratio, beside the target if there is one: missed is said, and is no error."""
    if other not in named:
        return
    ratio = named[ours].rate / named[other].rate
    aim = "" if target is None else f", target {target:g}: {'met' if ratio >= target else 'missed'}"
    times = f"{named[ours].cost / named[other].cost:.1f} times its processor for a packet"
    print(f"our {ours} relay: {ratio:.2f} x {other}{aim}; {times}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else PACKETS))
