"""A scenario file is run where nothing else of the harness is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("words", [("run",), ("interop", "--endpoints=aiortc", "--network=loopback")])
def test_a_file_alone_is_called_and_judged(words: tuple[str, ...], tmp_path: Path) -> None:
    file = ROOT / "scenarios" / "control" / "honest-audio-call.call.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *words, str(file), "--without=wireshark", "-o", "json=-"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["by_status"]["AS_EXPECTED"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["captures", "reports"]
