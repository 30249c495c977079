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
from tests.commands import ROOT, WHERE, folders, processes_that_name

CATALOGUE = ROOT / "scenarios"
SHORT = "fingerprint-missing"
LONG = "long-call"


def start(folder: Path) -> subprocess.Popen[str]:
    """Two calls beside each other, of which one goes on until somebody interrupts."""
    file = folder / "control" / f"{LONG}.call.yaml"
    file.parent.mkdir()
    text = (CATALOGUE / "control" / "honest-audio-call.call.yaml").read_text()
    file.write_text(text.replace("honest-audio-call", LONG).replace("seconds: 1.2", "seconds: 500"))
    words = ("run", SHORT, str(file), *folders(folder), "--jobs=2", "--timeout=600", "-o", "json=-")
    return subprocess.Popen(
        [sys.executable, "-m", "harness.cli", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": WHERE},
    )


def interrupted_between(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """When the short call has ended."""
    assert process.stderr is not None
    assert process.stderr.readline().startswith("[1/2]")
    process.send_signal(signal.SIGINT)
    return process


@pytest.mark.live
def test_an_interrupted_run_keeps_what_ended_and_says_what_did_not(tmp_path: Path) -> None:
    process = interrupted_between(start(tmp_path))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr

    printed = json.loads(stdout)
    assert printed["interrupted"] is True
    assert printed["summary"]["selected"] == 2
    statuses = {result["scenario"]: result["status"] for result in printed["results"]}
    assert statuses == {SHORT: Status.AS_EXPECTED, LONG: Status.NOT_RUN}

    again = audit_run(next((tmp_path / "captures").iterdir()), load_policy())
    assert again.model_dump(mode="json") == printed


@pytest.mark.live
def test_nothing_of_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    interrupted_between(start(tmp_path)).communicate(timeout=60)
    assert processes_that_name(tmp_path) == {}


@pytest.mark.live
def test_an_interrupt_before_the_first_call_is_no_traceback(tmp_path: Path) -> None:
    process = start(tmp_path)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "calls" not in stderr
