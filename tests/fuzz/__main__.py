"""Coverage-guided fuzzing of everything that reads hostile bytes: `python -m tests.fuzz [SECONDS] [TARGET …]`.

Each target runs in a process of its own, two at a time, with a share of the time. A crash, a hang of ten seconds or a
gigabyte of memory ends it; the input is left in `tests/fuzz/found/`, beside what the fuzzer said and the inputs that
it found new ways with, and the exit code is 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .targets import TARGETS, target

HERE = Path(__file__).parent
FOUND = HERE / "found"
DEFAULT_SECONDS = 120
AT_ONCE = min(2, os.cpu_count() or 1)
LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=32768")
LAST_WORDS = 30
"""Lines of a log that are shown when a target failed: the traceback, and where the input is."""


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    seconds = int(arguments[0]) if arguments else DEFAULT_SECONDS
    names = arguments[1:] or list(TARGETS)
    share = max(1, seconds * AT_ONCE // len(names))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        clean = sum(pool.map(lambda name: runs_clean(name, share), names))
    say(f"{clean} of {len(names)} targets clean, in {time.monotonic() - started:.0f} s")
    return 0 if clean == len(names) else 1


def runs_clean(name: str, seconds: int) -> bool:
    """Run one target; libFuzzer's own lines go to a log."""
    grown, log = FOUND / f"{name}-corpus", FOUND / f"{name}.log"
    grown.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz", "--target", name, str(seconds), f"-artifact_prefix={FOUND}/{name}-"]
    options = ["-print_final_stats=1", *LIMITS, str(grown), str(HERE / "corpus" / name)]
    with log.open("wb") as file:
        failed = subprocess.run([*command, *options], stdout=file, stderr=subprocess.STDOUT).returncode
    said = log.read_text(errors="replace")
    reached = [
        found[-1] if (found := re.findall(words, said)) else "?" for words in (r"executed_units: (\d+)", r"cov: (\d+)")
    ]
    say("{:14} {:>10} executions, {:>5} branches, {}".format(name, *reached, "FAILED" if failed else "clean"))
    if failed:
        say("\n".join(said.splitlines()[-LAST_WORDS:]))
    return not failed


def fuzz(name: str, seconds: int, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process. The time includes that of getting ready."""
    deadline = time.monotonic() + seconds
    import atheris

    # Coverage of our own code guides the search; numpy's would only slow it down.
    with atheris.instrument_imports(include=["harness"]):
        run = target(name)
    left = max(1, round(deadline - time.monotonic()))
    atheris.Setup([sys.argv[0], f"-max_total_time={left}", *arguments], until(deadline, run))
    atheris.Fuzz()


def until(deadline: float, run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Nothing more when the time is over: libFuzzer itself would first go through everything that it ever kept."""

    def timed(data: bytes) -> None:
        if time.monotonic() < deadline:
            run(data)

    return timed


def say(text: str) -> None:
    print(f"fuzz: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--target"]:
        fuzz(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
    sys.exit(main(sys.argv[1:]))
