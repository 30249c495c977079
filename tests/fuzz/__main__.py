"""Coverage-guided fuzzing of everything that reads hostile bytes: `python -m tests.fuzz [SECONDS] [TARGET …]`.

Each target runs in a process of its own, with a share of the time. A crash, a hang of ten seconds or a gigabyte of
memory ends it; the input is left beside the corpus in `tests/fuzz/found/`, and the exit code is 1.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT_SECONDS = 120
LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536")


def main(arguments: list[str]) -> int:
    from .targets import TARGETS

    seconds = int(arguments[0]) if arguments else DEFAULT_SECONDS
    names = arguments[1:] or list(TARGETS)
    share = max(1, seconds // len(names))
    failed = [name for name in names if not runs_clean(name, share)]
    print(f"fuzz: {len(names) - len(failed)} of {len(names)} targets clean, {share} s each", file=sys.stderr)
    return 1 if failed else 0


def runs_clean(name: str, seconds: int) -> bool:
    """Run one target; libFuzzer's own lines go to standard error."""
    found, corpus = HERE / "found", HERE / "corpus" / name
    found.mkdir(exist_ok=True)
    grown = found / f"{name}-corpus"
    grown.mkdir(exist_ok=True)
    print(f"fuzz: {name}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.fuzz", "--target", name, f"-artifact_prefix={found}/{name}-"]
    options = [f"-max_total_time={seconds}", "-print_final_stats=1", "-verbosity=0", *LIMITS]
    return subprocess.run([*command, *options, str(grown), str(corpus)]).returncode == 0


def fuzz(name: str, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    # Coverage of our own code guides the search; numpy's would only slow it down.
    with atheris.instrument_imports(include=["harness"]):
        from .targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--target"]:
        fuzz(sys.argv[2], sys.argv[3:])
    sys.exit(main(sys.argv[1:]))
