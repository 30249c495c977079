"""Coverage-guided fuzzing of everything that reads hostile bytes: `python -m tests.fuzz [SECONDS] [TARGET …]`.

Each target runs in a process of its own, two at a time, with a share of the time. A crash, a hang of ten seconds or a
gigabyte of memory ends it; the input is left in `tests/fuzz/found/`, beside what the fuzzer said and the inputs that
it found new ways with, and the exit code is 1.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

import atheris

from .targets import TARGETS, Target, target

HERE = Path(__file__).parent
FOUND = HERE / "found"
DEFAULT_SECONDS = 120
AT_ONCE = min(2, os.cpu_count() or 1)
LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=32768")
LAST_WORDS = 30
"""Lines of a log that are shown when a target failed: the traceback, and where the input is."""

PROCESSES = get_context("fork")
"""What was imported and instrumented once is there in every process."""


def main(arguments: list[str]) -> int:
    deadline = time.monotonic() + (int(arguments[0]) if arguments else DEFAULT_SECONDS)
    names = arguments[1:] or list(TARGETS)
    # Coverage of our own code guides the search; numpy's would only slow it down.
    with redirect_stderr(StringIO()), atheris.instrument_imports(include=["harness"]):
        targets = [(name, target(name)) for name in names]
    clean = 0
    while targets:
        together = -(-len(targets) // AT_ONCE)
        share = max(1.0, (deadline - time.monotonic()) / together)
        runs = [Run(name, run, share) for name, run in targets[:AT_ONCE]]
        clean += sum(run.is_clean() for run in runs)
        targets = targets[AT_ONCE:]
    say(f"{clean} of {len(names)} targets clean")
    return 0 if clean == len(names) else 1


class Run:
    """One target at work, for so many seconds. What libFuzzer says goes to a log."""

    def __init__(self, name: str, run: Target, seconds: float) -> None:
        self._name, self._log = name, FOUND / f"{name}.log"
        (FOUND / f"{name}-corpus").mkdir(parents=True, exist_ok=True)
        self._executions = RawValue("L", 0)
        self._process = PROCESSES.Process(target=self._fuzz, args=(run, seconds))
        self._process.start()

    def _fuzz(self, run: Target, seconds: float) -> None:
        """Never returns: libFuzzer ends the process."""
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        options = [f"-max_total_time={max(1, int(seconds))}", f"-artifact_prefix={FOUND}/{self._name}-", *LIMITS]
        corpora = [str(FOUND / f"{self._name}-corpus"), str(HERE / "corpus" / self._name)]
        atheris.Setup([sys.argv[0], *options, *corpora], self._timed(run, time.monotonic() + seconds))
        atheris.Fuzz()

    def _timed(self, run: Target, deadline: float) -> Callable[[bytes], None]:
        """Nothing more when the time is over: libFuzzer itself would first go through all inputs that it ever kept."""

        def timed(data: bytes) -> None:
            if time.monotonic() < deadline:
                self._executions.value += 1
                run(data)

        return timed

    def is_clean(self) -> bool:
        """Wait for the end, and say what came of it. A target that was never executed proves nothing."""
        self._process.join()
        executions = self._executions.value
        clean = self._process.exitcode == 0 and executions > 0
        said = self._log.read_text(errors="replace")
        branches = (re.findall(r"cov: (\d+)", said) or ["0"])[-1]
        end = "clean" if clean else "FAILED"
        say(f"{self._name:14} {executions:>9,} executions, {int(branches):>5,} branches, {end}")
        if not clean:
            say("\n".join(said.splitlines()[-LAST_WORDS:]))
        return clean


def say(text: str) -> None:
    print(f"fuzz: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
