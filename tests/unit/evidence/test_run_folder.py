"""A run's index counts every scenario, and belongs to exactly one run."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.evidence.files import EvidenceError
from harness.evidence.run_folder import RunFolder, open_run, read_plan
from harness.model.expectation import Expectation
from harness.model.run import IndexEntry, RunHeader
from harness.model.scenario import Family, Scenario
from harness.model.verdict import Outcome

HEADER = RunHeader(
    run="r1", started=1.0, seed="s", jobs=1, without=(), provenance={}, selected=("honest-call", "passive-tap")
)
HONEST = Scenario(
    id="honest-call", family=Family.CONTROL, title="t", why="w", expect=Expectation(outcome=Outcome.SECURE)
)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path, HEADER)
    folder.add(IndexEntry(scenario="honest-call", plan=folder.plan(HONEST), error="no socket", seconds=0.1))
    return folder


def test_what_has_not_ended_is_known(run: RunFolder) -> None:
    opened = open_run(run.root)
    assert opened.not_ended == ("passive-tap",)
    assert read_plan(run.root, opened.entries[0]) == HONEST


@pytest.mark.parametrize("character", ["\u2028", "\u0085"])
def test_an_error_in_the_words_of_a_party_stays_on_its_line(tmp_path: Path, character: str) -> None:
    folder = RunFolder(tmp_path, HEADER)
    entry = IndexEntry(scenario="honest-call", plan=folder.plan(HONEST), error=f"a{character}b", seconds=0.1)
    folder.add(entry)
    assert open_run(folder.root).entries == (entry,)


def test_a_second_run_of_that_name_is_refused(run: RunFolder) -> None:
    with pytest.raises(FileExistsError):
        RunFolder(run.root.parent, HEADER)


def replace_in(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (replace_in("run.json", '"seed": "s"', '"seed": "t"'), "index.jsonl:1: does not belong"),
        (replace_in("index.jsonl", "honest-call", "other-call"), "'other-call' was not selected"),
        (replace_in("index.jsonl", "no socket", 'x"'), "index.jsonl:2"),
        (lambda root: (root / "index.jsonl").write_text(""), "index.jsonl:1"),
        (lambda root: (root / "run.json").unlink(), "run.json: missing"),
    ],
)
def test_damage_is_named_with_its_line(run: RunFolder, damage: Callable[[Path], object], complaint: str) -> None:
    damage(run.root)
    with pytest.raises(EvidenceError, match=complaint):
        open_run(run.root)


def test_a_scenario_counts_once(run: RunFolder) -> None:
    line = (run.root / "index.jsonl").read_text().splitlines()[1]
    with (run.root / "index.jsonl").open("a") as index:
        index.write(f"{line}\n")
    with pytest.raises(EvidenceError, match="listed twice"):
        open_run(run.root)


def test_a_changed_plan_is_noticed(run: RunFolder) -> None:
    replace_in("honest-call/scenario.json", '"SECURE"', '"BREACH"')(run.root)
    with pytest.raises(EvidenceError, match=r"scenario\.json: changed"):
        read_plan(run.root, open_run(run.root).entries[0])


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", ".", "Honest"])
def test_a_scenario_name_cannot_lead_elsewhere(run: RunFolder, name: str) -> None:
    entry = {"scenario": name, "plan": "0" * 64, "error": "x", "seconds": 0.0}
    with (run.root / "index.jsonl").open("a") as index:
        index.write(f"{json.dumps(entry)}\n")
    with pytest.raises(EvidenceError, match=r"index\.jsonl:3"):
        open_run(run.root)


def test_a_line_that_cannot_be_written_whole_is_taken_back(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes a part of it and then no more."""
    write, before = os.write, (run.root / "index.jsonl").read_text()

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 50:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data[:50])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space left"):
        run.add(IndexEntry(scenario="passive-tap", plan="0" * 64, error="no socket", seconds=0.1))
    monkeypatch.undo()
    assert (run.root / "index.jsonl").read_text() == before
    run.add(IndexEntry(scenario="passive-tap", plan="0" * 64, error="no socket", seconds=0.1))
    assert open_run(run.root).not_ended == ()
