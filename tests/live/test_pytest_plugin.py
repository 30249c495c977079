"""Scenario files as pytest items: what must fail does fail, whatever async plugins are there, alone or in workers."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

SCENARIO = """\
schema_version: 1
id: {id}
title: An honest call
why: To see whether the expectation counts.
call: {{media: [audio], seconds: 0.4}}
expect: {{outcome: {outcome}}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project with one scenario that must pass and one that must fail: it expects a breach and gets none."""
    folder = tmp_path / "control"
    folder.mkdir()
    (folder / "must-pass.call.yaml").write_text(SCENARIO.format(id="must-pass", outcome="SECURE"))
    (folder / "must-fail.call.yaml").write_text(SCENARIO.format(id="must-fail", outcome="BREACH"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--harness-without=wireshark", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.live
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_scenario_that_must_fail_fails_beside_other_async_plugins(project: Path, workers: str) -> None:
    for plugin in ("anyio", "trio", "pytest-asyncio", "pytest-xdist"):
        assert metadata.version(plugin), "without this plugin the trap is not set"
    done = run_pytest(project, "-n", workers, "-p", "anyio", "-o", "asyncio_mode=auto")
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    assert "SECURE where BREACH was expected" in done.stdout
    assert "scenarios: 2 selected, 2 executed" in done.stdout


@pytest.mark.live
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_scenario_that_only_seems_to_have_run_ends_the_session_with_3(project: Path, workers: str) -> None:
    (project / "conftest.py").write_text(
        "import harness.pytest_plugin\nharness.pytest_plugin.CallItem.runtest = lambda self: None\n"
    )
    done = run_pytest(project, "-n", workers)
    assert "2 passed" in done.stdout
    assert done.returncode == 3, done.stdout
    assert "NOT EXECUTED" in done.stdout


@pytest.mark.live
def test_a_selection_is_what_must_have_run(project: Path) -> None:
    done = run_pytest(project, "-k", "must-pass")
    assert done.returncode == 0, done.stdout
    assert "scenarios: 1 selected, 1 executed" in done.stdout


@pytest.mark.live
def test_junit_says_where_the_recording_is(project: Path) -> None:
    run_pytest(project, "-k", "must-pass", "--junit-xml=out.xml")
    text = (project / "out.xml").read_text()
    assert 'name="outcome" value="SECURE"' in text
    assert 'name="recording"' in text


def test_a_broken_file_is_a_collection_error_with_its_place(project: Path) -> None:
    (project / "control" / "broken.call.yaml").write_text("schema_version: 1\nid: broken\ncolour: red\n")
    done = run_pytest(project)
    assert done.returncode == 2
    assert "broken.call.yaml:3:1" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.live
def test_fixtures_place_a_call_and_a_relay_in_a_users_own_test(project: Path) -> None:
    (project / "test_mine.py").write_text(
        "def test_interception(place_call, place_relay):\n"
        "    relay = place_relay('dtls-mitm', position=['signalling', 'path'], swap=['caller', 'callee'])\n"
        "    placed = place_call(relay, media=['audio'], seconds=0.6)\n"
        "    assert placed.result.outcome == 'DETECTED'\n"
        "    assert placed.result.codes['alice'] != placed.result.codes['bob']\n"
        "    assert (placed.recording / 'recording.json').is_file()\n"
        "\n"
        "def test_healthy(place_call):\n"
        "    assert place_call(media=['audio'], seconds=0.4).result.outcome == 'SECURE'\n"
    )
    done = run_pytest(project, "test_mine.py", "-n", "0")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
