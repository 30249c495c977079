"""The examples that a team copies: real calls with a stack that nobody here wrote, attacked like any other client."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
PYTHON = ROOT / "examples" / "python" / "client.py"
NODE = ROOT / "examples" / "node"
SCENARIOS = ("honest-call", "fingerprint-swap", "dtls-mitm-sdp-untouched")
SOFTWARE = {"python": r"example/1 aiortc/1\.", "node": r"example/1 werift/0\.24\.4"}


def command_of(example: str) -> str:
    if example == "python":
        return f"'{sys.executable}' -I '{PYTHON}'"
    if shutil.which("node") is None:
        pytest.skip("no node: the example in JavaScript was not tested")
    if not (NODE / "node_modules" / "werift").is_dir():
        pytest.skip(f"no packages (npm ci --prefix {NODE.relative_to(ROOT)}): the example in JavaScript was not tested")
    return f"node '{NODE / 'client.mjs'}'"


@pytest.mark.parametrize("party", ["alice", "bob"])
@pytest.mark.parametrize("example", SOFTWARE)
def test_an_example_is_secure_detected_and_blocked_where_the_reference_client_is(
    tmp_path: Path, example: str, party: str
) -> None:
    """As expected by outcome and by reason: nothing of it may be inconclusive, though it exports no keys."""
    arguments = ["--captures", str(tmp_path / "captures"), "--reports", str(tmp_path / "reports"), "-o", "json=-"]
    arguments += ["--program", f"{party}={command_of(example)}", "--without", "wireshark"]
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", "run", *SCENARIOS, *arguments],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
        text=True,
    )
    results = {one["scenario"]: one for one in json.loads(done.stdout)["results"]}
    assert {name: one["status"] for name, one in results.items()} == dict.fromkeys(SCENARIOS, "AS_EXPECTED"), (
        done.stderr
    )
    assert {name: one["outcome"] for name, one in results.items()} == {
        "honest-call": "SECURE",
        "fingerprint-swap": "DETECTED",
        "dtls-mitm-sdp-untouched": "BLOCKED",
    }
    assert done.returncode == 0
    statement = statement_of(tmp_path, party)
    assert re.match(SOFTWARE[example], statement["software"])
    assert set(statement["heard"]) == {"audio", "video"}
    assert statement["presented_certificate"]


@pytest.mark.parametrize("example", SOFTWARE)
def test_an_example_passes_the_conformance_run(example: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", "endpoint", "check", "--", *shlex.split(command_of(example))],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=200,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1].endswith("this program can be put under test")
    screens = [line for line in done.stderr.splitlines() if re.match(r"ok +screen, as ", line)]
    assert ["none of its own" in line for line in screens] == [example == "python"] * 2


def statement_of(tmp_path: Path, party: str) -> Any:
    [path] = (tmp_path / "captures").glob(f"*/honest-call/call-1/endpoint-{party}.json")
    return json.loads(path.read_text())


def test_the_example_in_python_is_short_and_stands_alone() -> None:
    text = PYTHON.read_text()
    assert len(text.splitlines()) < 150
    assert not re.search(r"^\s*(from|import)\s+harness", text, re.MULTILINE)


def test_the_lock_of_the_example_in_javascript_names_versions_and_hashes_and_no_host() -> None:
    text = (NODE / "package-lock.json").read_text()
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    assert packages["node_modules/werift"]["version"] == "0.24.4"
    for name, one in packages.items():
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name
    assert "://" not in re.sub(r'"url": "[^"]*"', "", text)
