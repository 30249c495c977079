"""Does one work in a process of its own: `python -m tests.bench.peak account|audit CAPTURE [OPTION …]`.

The answer is one line of JSON: seconds of processor time, imports not counted, and the most megabytes held at once.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.cli import main as harness
from tests.bench.account import account

_ENDED = (0, 1, 3)
"""What `harness audit` exits with when it has looked: whatever it found."""


@dataclass(frozen=True)
class Cost:
    """What a work took."""

    seconds: float
    megabytes: float


def cost(work: str, capture: Path, *options: str) -> Cost:
    """Of a work in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.peak", work, str(capture), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stderr}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def audit(capture: Path, options: list[str]) -> None:
    """The whole command, its report written as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            harness.main(["audit", str(capture), *options, "-o", f"json={folder}/audit.json"])
        except SystemExit as ended:
            if ended.code not in _ENDED:
                raise


def main(work: str, capture: Path, options: list[str]) -> None:
    begun = time.process_time()
    if work == "account":
        account(capture)
    else:
        audit(capture, options)
    seconds = time.process_time() - begun
    # Not getrusage, whose maximum counts the parent's memory too, from the moment of the fork.
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if held is None:
        raise SystemExit("the system does not say how much memory was held")
    print(json.dumps(asdict(Cost(seconds, int(held[1]) / 1024))))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
