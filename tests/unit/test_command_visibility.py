"""`harness visibility RUN`: the matrices of a recorded run, from its files."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import audit
from harness.cli import main

GOLDEN = Path(__file__).parent.parent.parent / "captures" / "golden" / "first"


def run_of(root: Path, scenario: str, **plan: str) -> Path:
    """A golden call as a run of its own, with parts of its plan changed."""
    root.mkdir()
    shutil.copytree(GOLDEN / scenario, root / scenario)
    path = root / scenario / "scenario.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | plan))
    first, *entries = map(json.loads, (GOLDEN / "index.jsonl").read_text().splitlines())
    mine = next(one for one in entries if one["scenario"] == scenario)
    mine["plan"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (root / "index.jsonl").write_text(f"{json.dumps(first)}\n{json.dumps(mine)}\n")
    shutil.copy(GOLDEN / "run.json", root / "run.json")
    return root


def test_the_matrix_is_printed_and_nothing_beyond_the_promise_is_exit_code_0(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "honest-audio-call")
    made = CliRunner().invoke(main, ["visibility", str(run), "-o", f"json={tmp_path / 'out.json'}"])
    assert made.exit_code == 0, made.output
    assert "e2ee, 1 call: nothing beyond the promise:" in made.output
    assert "  audio                ciphertext    not measured  absent        not measured  plaintext" in made.output
    cells = next(one for one in json.loads((tmp_path / "out.json").read_text())["results"] if one["visibility"])
    assert len(cells["visibility"]["cells"]) == 50


def test_a_call_that_lacks_packets_is_exit_code_1_and_never_told_as_one_with_nothing_to_find(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "honest-audio-call")
    path = run / "honest-audio-call" / "call-1" / "recording.json"
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"dropped": 0', b'"dropped": 3'))
    old, new = [hashlib.sha256(one).hexdigest() for one in (before, path.read_bytes())]
    index = run / "index.jsonl"
    index.write_text(index.read_text().replace(old, new))
    made = CliRunner().invoke(main, ["visibility", str(run)])
    assert made.exit_code == 1, made.output
    assert "e2ee, 1 call: nothing beyond the promise in 0; inconclusive: 1 call" in made.output
    assert "harness: more may have been seen of honest-audio-call: " in made.output


def test_plaintext_that_the_codes_do_not_tell_of_is_exit_code_1_and_named(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "clear-with-lock", family="control")
    made = CliRunner().invoke(main, ["visibility", str(run)])
    assert made.exit_code == 1
    assert "e2ee, 1 call: plaintext beyond the promise in 6 cells:" in made.output
    assert "  audio                plaintext!" in made.output
    assert "harness: plaintext beyond the promise: clear-with-lock: audio at path (alice-relay.pcapng" in made.output


def test_of_specimens_alone_the_planted_leak_is_shown_and_is_no_finding(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["visibility", str(run_of(tmp_path / "run", "clear-with-lock"))])
    assert made.exit_code == 0, made.output
    assert made.output.startswith("Specimens alone: what is beyond the promise here was planted")
    assert "e2ee, 1 call: plaintext beyond the promise in 6 cells:" in made.output
    assert "  audio                plaintext!" in made.output


def test_a_run_without_a_recorded_call_is_exit_code_5(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", "clear-with-lock")
    index = run / "index.jsonl"
    index.write_text(f"{index.read_text().splitlines()[0]}\n")
    shutil.rmtree(run / "clear-with-lock")
    made = CliRunner().invoke(main, ["visibility", str(run)])
    assert (made.exit_code, "holds no recorded call" in made.output) == (5, True), made.output


def test_a_run_in_which_no_call_has_a_packet_is_not_told_as_one_with_nothing_to_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path / "run", "honest-audio-call")
    monkeypatch.setattr(audit, "packet_flows", lambda _: ())
    made = CliRunner().invoke(main, ["visibility", str(run)])
    assert (made.exit_code, "nothing beyond the promise" in made.output) == (5, False), made.output
    assert "there is no packet to look at of any of its calls" in made.output


def test_beside_a_call_under_test_a_specimen_is_in_no_matrix(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["visibility", str(GOLDEN)])
    assert "Specimens alone" not in made.output
    assert "clear-with-lock" not in made.output
    assert "plaintext!" not in made.output


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["visibility", str(tmp_path / "nothing")]).exit_code == 2
    empty = CliRunner().invoke(main, ["visibility", str(tmp_path)])
    assert (empty.exit_code, "holds no recorded run" in empty.output) == (2, True)
    (tmp_path / "run.json").write_text("{")
    damaged = CliRunner().invoke(main, ["visibility", str(tmp_path)])
    assert (damaged.exit_code, "Traceback" in damaged.output) == (4, False)
