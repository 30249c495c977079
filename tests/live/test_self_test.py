"""`harness selftest` as a user calls it: it passes with open eyes, and fails when one is closed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.vantage import tshark

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
FILES = ("specimens/replay-accepted", "media/srtp-replay", "control/honest-audio-call")


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    """One specimen, its twin, and a bystander that is no part of the self-test."""
    for name in FILES:
        target = tmp_path / "scenarios" / f"{name}.call.yaml"
        target.parent.mkdir(parents=True)
        shutil.copy(ROOT / "scenarios" / f"{name}.call.yaml", target)
    return tmp_path / "scenarios"


def harness(scenarios: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    folders = [f"--{name}={scenarios.parent / name}" for name in ("captures", "reports")]
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *arguments, f"--scenarios={scenarios}", *folders, "-o", "json=-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.skipif(tshark.available() is None, reason="tshark is not installed: with an eye closed nothing is passed")
def test_it_passes_and_says_who_caught_what(scenarios: Path) -> None:
    code, document, said = harness(scenarios, "selftest")
    assert code == 0
    assert [one["scenario"] for one in document["results"]] == ["srtp-replay", "replay-accepted"]
    assert document["self_test"]["passed"]
    assert "opacity: replay-accepted" in said
    assert "sensitivity 1 / 1, specificity 1 / 1" in said
    (report,) = (scenarios.parent / "reports").glob("*/report.html")
    assert "1 of 1 specimens recognised" in report.read_text()


def test_nothing_is_passed_without_an_auditor(scenarios: Path) -> None:
    code, document, _ = harness(scenarios, "selftest", "--without=wireshark")
    assert code == 3
    assert document["self_test"]["sentence"].startswith("not passed, without wireshark: 1 of 1")


def test_a_closed_eye_is_noticed(scenarios: Path) -> None:
    code, document, said = harness(scenarios, "selftest", "--without=wireshark", "--without=opacity")
    assert code != 0
    assert not document["self_test"]["passed"]
    assert "MISSED  replay-accepted" in said


def test_a_specimen_without_its_fault_is_missed(scenarios: Path) -> None:
    specimen = scenarios / "specimens" / "replay-accepted.call.yaml"
    healthy = specimen.read_text().replace(
        "{alice: replay-accepted, bob: replay-accepted}", "{alice: aiortc, bob: aiortc}"
    )
    assert healthy != specimen.read_text()
    specimen.write_text(healthy)
    code, _, said = harness(scenarios, "selftest", "--without=wireshark")
    assert code == 1
    assert "nobody raised replay-accepted" in said


def test_a_run_of_one_scenario_says_that_the_eyes_were_not_tested(scenarios: Path) -> None:
    code, document, _ = harness(scenarios, "run", "honest-audio-call", "--without=wireshark")
    assert code == 0
    assert document["self_test"]["sentence"] == "not run: the eyes of this run were not tested"


def test_a_run_can_take_the_self_test_along(scenarios: Path) -> None:
    code, document, _ = harness(scenarios, "run", "honest-audio-call", "--self-test", "--without=wireshark")
    assert code == 0
    assert document["summary"]["selected"] == 3
    assert not document["self_test"]["passed"]
    assert document["self_test"]["sentence"].startswith("not passed, without wireshark: 1 of 1 specimens recognised")
