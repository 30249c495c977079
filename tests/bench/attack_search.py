"""How well the search finds: each specimen, without being told the fault, and the healthy system, which has none.

`python -m tests.bench.attack_search [--seconds N] [--healthy N] [--jobs N] [--seed S] [KIND…]`. One line for
each kind, then the share that was found within the time. Ends with 1 when it is below 80 %, when the
healthy system is accused, or when the harness could not look.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.model.endpoints import BROWSERS, MALICIOUS, EndpointKind, Endpoints
from harness.model.search import SearchDocument

ROOT = Path(__file__).parent.parent.parent
WANTED = 0.8
STACKS = {EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS, EndpointKind.PROGRAM, EndpointKind.GSTREAMER}
NOT_SPECIMENS = {*STACKS, *BROWSERS, *MALICIOUS, EndpointKind.CLEAR}
"""Without a planted fault: what is healthy or nobody's of ours, who attacks, and who promises nothing."""


def search(endpoints: Endpoints, seconds: float, seed: str, jobs: int) -> SearchDocument:
    """One `harness search`, as a user would start it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "harness.cli", "search", "-o", "json=-", "--jobs", str(jobs), "--seed", seed]
        command += ["--seconds", str(seconds), "--out", f"{folder}/found", "--captures", f"{folder}/captures"]
        command += ["--endpoint", f"alice={endpoints.alice}", "--endpoint", f"bob={endpoints.bob}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise SystemExit(f"the search of {endpoints.alice} said nothing: {done.stderr[-2000:]}")
    return SearchDocument.model_validate_json(json.dumps(json.loads(done.stdout)))


def line(name: str, document: SearchDocument) -> str:
    found = next(iter(document.found), None)
    blind = sum(one.calls for one in document.unseen)
    what = "nothing" if found is None else f"{found.name}{'' if found.stable else ' (once)'}: {found.plan}"
    rate = document.calls / document.seconds
    broken = "".join(f"  BROKEN: {why}" for why in document.broken)
    return (
        f"{name:<28} {document.seconds:6.1f} s {document.calls:6} calls {rate:5.1f}/s  blind {blind:3}  {what}{broken}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kinds", nargs="*", type=EndpointKind)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--healthy", type=float, default=1800)
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--seed", default="bench")
    asked = parser.parse_args()
    kinds = asked.kinds or [kind for kind in EndpointKind if kind not in NOT_SPECIMENS]
    found = 0
    for kind in kinds:
        document = search(Endpoints(alice=kind, bob=kind), asked.seconds, asked.seed, asked.jobs)
        found += any(one.stable for one in document.found)
        print(line(kind, document), flush=True)
    print(f"found within {asked.seconds:g} s: {found} of {len(kinds)}, {found / len(kinds):.0%}", flush=True)
    if not asked.healthy:
        return int(found / len(kinds) < WANTED)
    healthy = search(Endpoints(), asked.healthy, asked.seed, asked.jobs)
    print(line("healthy", healthy), flush=True)
    sound = not (healthy.found or healthy.violations or healthy.unseen or healthy.broken)
    return int(found / len(kinds) < WANTED or not sound)


if __name__ == "__main__":
    sys.exit(main())
