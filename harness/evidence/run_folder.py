"""A run's folder: `run.json`, one line of `index.jsonl` per ended scenario, and below it the recordings."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ..model.run import IndexEntry, RunHeader
from ..model.scenario import Scenario
from .files import EvidenceError, create, read_lines, sha256
from .recording_folder import parse, validated

HEADER = "run.json"
INDEX = "index.jsonl"
PLAN = "scenario.json"
CALL = re.compile(r"call-[1-9][0-9]?")


class RunFolder:
    """A new run. A line of the index is on disk before the next scenario ends, so a crash loses no ended one."""

    def __init__(self, captures: Path, header: RunHeader) -> None:
        self.root = captures / header.run
        self.root.mkdir(parents=True, exist_ok=False)
        create(self.root / HEADER, f"{header.model_dump_json(indent=1)}\n".encode())
        first = json.dumps({"run": header.run, "sha256": sha256(self.root / HEADER)})
        create(self.root / INDEX, f"{first}\n".encode())

    def plan(self, scenario: Scenario) -> str:
        """Write the scenario as it will be run; returns the hash of that file."""
        folder = self.root / scenario.id
        folder.mkdir(exist_ok=False)
        create(folder / PLAN, f"{scenario.model_dump_json(indent=1)}\n".encode())
        return sha256(folder / PLAN)

    def calls(self, scenario: Scenario) -> Path:
        """Where the recordings of the scenario's calls lie: `call-1` and so on, the one in question last."""
        return self.root / scenario.id

    def add(self, entry: IndexEntry) -> None:
        """Add a line; OSError when it cannot be written. Then nothing of it is left: the others must stay readable."""
        index = os.open(self.root / INDEX, os.O_WRONLY | os.O_APPEND)
        size = os.fstat(index).st_size
        rest = f"{entry.model_dump_json()}\n".encode()
        try:
            while rest:
                rest = rest[os.write(index, rest) :]
            os.fsync(index)
        except OSError:
            os.ftruncate(index, size)
            raise
        finally:
            os.close(index)


@dataclass(frozen=True)
class Run:
    """A run that was read back, with hashes checked."""

    root: Path
    header: RunHeader
    entries: tuple[IndexEntry, ...]

    @property
    def not_ended(self) -> tuple[str, ...]:
        """Scenarios that were selected, could be run, and left no line in the index."""
        ended = {*(entry.scenario for entry in self.entries), *(one.scenario for one in self.header.unmet)}
        return tuple(name for name in self.header.selected if name not in ended)


class NotARun(ValueError):
    """A folder in which no run was ever recorded."""


def open_run(root: Path) -> Run:
    """Read a run's header and index; EvidenceError with path and line when anything is missing or was changed, NotARun
    for a folder that has neither."""
    if not (root / HEADER).exists() and not (root / INDEX).exists():
        raise NotARun(f"{root}: holds no recorded run, neither {HEADER} nor {INDEX}")
    header = parse(root / HEADER, RunHeader)
    index = root / INDEX
    lines = read_lines(index)
    _check_first_line(index, lines, header, sha256(root / HEADER))
    entries = tuple(validated(f"{index}:{number}", line, IndexEntry) for number, line in enumerate(lines[1:], 2))
    names = [entry.scenario for entry in entries]
    if len(set(names)) != len(names):
        raise EvidenceError(f"{index}: a scenario is listed twice")
    unknown = sorted(set(names) - set(header.selected))
    if unknown:
        raise EvidenceError(f"{index}: {unknown[0]!r} was not selected for this run")
    for entry in entries:
        folder, _, call = (entry.recording or f"{entry.scenario}/call-1").rpartition("/")
        if folder != entry.scenario or not CALL.fullmatch(call):
            raise EvidenceError(f"{index}: {entry.scenario}: its recording lies elsewhere: {entry.recording!r}")
    return Run(root, header, entries)


def read_plan(root: Path, entry: IndexEntry) -> Scenario:
    """The scenario as it was run."""
    path = root / entry.scenario / PLAN
    scenario = parse(path, Scenario)
    if sha256(path) != entry.plan:
        raise EvidenceError(f"{path}: changed since it was run (SHA-256 differs)")
    if scenario.id != entry.scenario:
        raise EvidenceError(f"{path}: is the scenario {scenario.id!r}")
    return scenario


def _check_first_line(index: Path, lines: list[str], header: RunHeader, digest: str) -> None:
    expected = {"run": header.run, "sha256": digest}
    try:
        actual = json.loads(lines[0]) if lines else None
    except ValueError:
        actual = None
    if actual != expected:
        raise EvidenceError(f"{index}:1: does not belong to this {HEADER}, or {HEADER} was changed")
