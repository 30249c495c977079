"""How long two bare pages take from the offer until both are connected: `python -m tests.bench.connected [CALLS]`.

Calls after the first one, which starts the browser. The target is half a second for the slowest. What a call waited for
stands in its recording: the answer (no packet is waited for), the path (a check of the caller's is answered), the keys
(until both pages say that they are connected). A timer would add its own length to one stage; where there is more work
than processors all of them grow, and the share of the time in which something waited for one is printed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from harness.endpoints.chromium.installed import program
from harness.evidence.recording_folder import open_recording, read_signalling, read_statements
from harness.live_conditions import Conditions
from harness.model.base import Party
from harness.model.outcome import Outcome
from harness.model.recording import SignalKind
from harness.placement import plan
from harness.record_calls import let_go, record_calls
from harness.vantage.table import PacketTable, read
from harness.wire.demux import PacketClass

CALLS = 25
TARGET = 0.5
PAGES = {"alice": "chromium-raw", "bob": "chromium-raw", "media": ["audio", "video"], "seconds": 0.2}
STAGES = ("answer", "path", "keys")
_ANSWERED = b"\x01\x01"
"""A binding success response (RFC 8489 section 5)."""
_PRESSURE = Path("/proc/pressure/cpu")

Seconds = dict[str, float]


async def main(calls: int) -> None:
    if program() is None:
        print("no Chromium: how long its calls take was not measured")
        return
    scenario = plan("connected", None, Outcome.SECURE, PAGES)
    with tempfile.TemporaryDirectory() as folder:
        rows, waits = [], []
        try:
            for number in range(calls + 1):
                begun, before = time.monotonic(), waited()
                conditions = Conditions("bench", "bench", number + 1, {})
                root, _ = await record_calls(scenario, conditions, Path(folder, str(number)))
                waits.append((waited() - before) / (time.monotonic() - begun))
                rows.append(stages(root))
        finally:
            await let_go()
    report(rows[1:], waits[1:])


def stages(root: Path) -> Seconds:
    """How long each stage took."""
    said = {(one.hop, one.direction, one.message.kind): one.time for one in reversed(read_signalling(root))}
    leg = next(read(root / one.file, one.near) for one in open_recording(root).vantages if one.party is Party.ALICE)
    ups = [one.up for one in read_statements(root).values()]
    if None in ups:
        raise SystemExit(f"a call between two pages did not come up: {root}")
    moments = [
        said["service", "in", SignalKind.OFFER],
        said["alice", "in", SignalKind.ANSWER],
        min(answered(leg)),
        max(up for up in ups if up is not None),
    ]
    return {name: end - begin for name, (begin, end) in zip(STAGES, pairwise(moments), strict=True)}


def answered(leg: PacketTable) -> Iterator[float]:
    """When checks of this end were."""
    rows = leg.select(PacketClass.STUN, outward=False).tolist()
    return (float(leg.time[row]) for row in rows if leg.payload(row).startswith(_ANSWERED))


def waited() -> float:
    """Seconds since the start in which some task waited for a processor; 0 where the kernel does not say."""
    return int(_PRESSURE.read_text().split("total=", 1)[1].split()[0]) / 1e6 if _PRESSURE.exists() else 0.0


def report(rows: Sequence[Seconds], waits: Sequence[float]) -> None:
    totals = [sum(row.values()) for row in rows]
    slowest = rows[totals.index(max(totals))]
    print(f"from the offer until both pages are connected, {len(rows)} calls after the first, in ms:")
    print(f"  all     {line(totals)}; slowest {1000 * max(totals):5.0f}; target {1000 * TARGET:.0f}")
    for name in STAGES:
        print(f"  {name:7} {line([row[name] for row in rows])}; in the slowest call {1000 * slowest[name]:5.0f}")
    print(f"something waited for a processor in {statistics.mean(waits):.0%} of the time")


def line(values: Sequence[float]) -> str:
    return f"mean {1000 * statistics.mean(values):5.0f}, deviation {1000 * statistics.stdev(values):5.0f}"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS))
