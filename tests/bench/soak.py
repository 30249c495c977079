"""The whole catalogue again and again: no scenario may depend on luck.

python -m tests.bench.soak [TIMES] [SELECTOR…]

Every run must give every scenario the same status, outcome and reasons. A scenario that does not is printed with what
it gave how often, and the exit code is 1. Recordings are kept only of runs in which something was not green.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

PASSED = ("AS_EXPECTED", "KNOWN_DEVIATION")
Seen = tuple[str, str]
"""Status and outcome."""


def one_run(folder: Path, selectors: list[str]) -> list[dict[str, Any]]:
    """The results of one run by the command line. CalledProcessError when it gave no document."""
    command = [sys.executable, "-m", "harness.cli", "run", *selectors, "-o", "json=-"]
    folders = [f"--{name}={folder / name}" for name in ("captures", "reports")]
    done = subprocess.run([*command, *folders], stdin=subprocess.DEVNULL, capture_output=True)
    if not done.stdout:
        raise SystemExit(f"no document (exit code {done.returncode}): {done.stderr.decode(errors='replace')[-2000:]}")
    results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
    return results


def main(times: int, selectors: list[str]) -> int:
    """Run `times` times and compare. 0 when every scenario passed every time in the same way."""
    seen: dict[str, Counter[Seen]] = {}
    reasons: dict[str, Counter[str]] = {}
    for number in range(1, times + 1):
        folder = Path(tempfile.mkdtemp(prefix="soak-"))
        begun = time.monotonic()
        results = one_run(folder, selectors)
        for one in results:
            seen.setdefault(one["scenario"], Counter())[one["status"], one["outcome"]] += 1
            reasons.setdefault(one["scenario"], Counter())[one["because"]] += 1
        others = [one for one in results if one["status"] not in PASSED]
        print(
            f"run {number}: {len(results)} scenarios, {len(others)} not green, {time.monotonic() - begun:.1f} s",
            flush=True,
        )
        for one in others:
            print(f"  {one['status']} {one['scenario']}: {one['because'][:300]} (kept in {folder})", flush=True)
        if not others:
            shutil.rmtree(folder)
    return verdict(seen, reasons, times)


def verdict(seen: dict[str, Counter[Seen]], reasons: dict[str, Counter[str]], times: int) -> int:
    """Print what was not the same every time, or never green."""
    bad = [name for name, counted in seen.items() if len(counted) > 1 or next(iter(counted))[0] not in PASSED]
    short = [name for name, counted in seen.items() if counted.total() != times]
    for name in bad:
        print(f"FLAKY {name}" if len(seen[name]) > 1 else f"NOT GREEN {name}")
        for because, count in reasons[name].most_common():
            print(f"  {count} x {because[:300]}")
    for name in short:
        print(f"NOT ALWAYS THERE {name}: {seen[name].total()} of {times}")
    calls = sum(counted.total() for counted in seen.values())
    print(f"soak: {times} runs, {len(seen)} scenarios, {calls} calls judged, {len(bad) + len(short)} not steady")
    return 1 if bad or short or not seen else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, sys.argv[2:]))
