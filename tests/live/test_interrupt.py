"""Ctrl-C in the middle of a run: what has ended is whole, what has not is named, and nothing stays behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.audit import audit_run
from harness.inspection.parameters.policy import load_policy
from harness.model.verdict import Status

ROOT = Path(__file__).parent.parent.parent
SELECTION = ["fingerprint-missing", "honest-audio-call", "setup-role-both-passive"]


def start(folder: Path) -> subprocess.Popen[str]:
    captures, reports = f"--captures={folder}/captures", f"--reports={folder}/reports"
    return subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "run", *SELECTION, captures, reports, "--jobs=1", "-o", "json=-"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


@pytest.mark.live
def test_an_interrupted_run_keeps_what_ended_and_says_what_did_not(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first.startswith("[1/3]")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr

    printed = json.loads(stdout)
    assert printed["interrupted"] is True
    assert printed["summary"]["selected"] == len(SELECTION)
    statuses = {result["scenario"]: result["status"] for result in printed["results"]}
    assert statuses["setup-role-both-passive"] == Status.NOT_RUN
    assert Status.AS_EXPECTED in statuses.values()

    again = audit_run(next((tmp_path / "captures").iterdir()), load_policy())
    assert again.model_dump(mode="json") == printed


@pytest.mark.live
def test_nothing_of_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert processes_that_name(tmp_path) == []


def processes_that_name(folder: Path) -> list[str]:
    """Command lines of live processes in which the folder occurs; it is given to every child or opened by it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            opened = [str(link.readlink()) for link in (entry / "fd").iterdir()]
            words = (entry / "cmdline").read_text()
        except OSError:
            continue
        if str(folder) in words or any(str(folder) in name for name in opened):
            found.append(words)
    return found


@pytest.mark.live
def test_an_interrupt_before_the_first_call_is_no_traceback(tmp_path: Path) -> None:
    process = start(tmp_path)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "calls" not in stderr
