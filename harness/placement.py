"""A call placed from a test: one scenario, recorded and judged in this process, without a run of many around it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .audit import audit_entries
from .audit_process import AuditFailed
from .evidence.files import EvidenceError
from .evidence.run_folder import open_run
from .inspection.parameters.policy import load_policy
from .model.run import IndexEntry
from .model.scenario import Scenario
from .model.verdict import Outcome, Result
from .runner import Options, Runner


@dataclass(frozen=True)
class Placed:
    """What became of a placed call. `recording` is the folder with its files, None when there is none."""

    result: Result
    recording: Path | None


class InProcess:
    """The thinking half in this process: slower to overlap, quicker to start."""

    def __init__(self, run: Path, policy: Path | None) -> None:
        self._run = run
        self._policy = load_policy(policy)

    async def start(self) -> None:
        """Nothing has to be started."""

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        try:
            results = await asyncio.to_thread(self._audited, entries)
        except (EvidenceError, OSError) as error:
            raise AuditFailed(str(error)) from error
        for result in results:
            yield result

    async def close(self) -> None:
        """Nothing has to be ended."""

    def _audited(self, entries: Sequence[IndexEntry]) -> list[Result]:
        return list(audit_entries(open_run(self._run), entries, self._policy, each_alone=True))


class _Silence:
    def started(self, scenario: str) -> None:
        """Nobody watches a single call."""

    def ended(self, result: Result) -> None:
        """Nobody watches a single call."""


def place(scenario: Scenario, options: Options) -> Placed:
    """Make one call and judge it. Runs its own event loop, whatever other plugins do with theirs."""
    options.captures.mkdir(parents=True, exist_ok=True)
    runner = Runner([scenario], options, _Silence(), InProcess)
    with asyncio.Runner() as loop:
        document = loop.run(runner.run())
    result = document.results[0]
    return Placed(result, None if result.recording is None else runner.folder.root / result.recording)


def plan(name: str, adversary: Mapping[str, Any] | None, expect: Outcome, call: Mapping[str, Any]) -> Scenario:
    """A scenario from a test's own words. ValueError (pydantic) when a word is unknown.

    `call` takes `mode`, `media`, `seconds`, `setup_seconds`, and the endpoints' kinds as `alice` and `bob`.
    """
    endpoints = {party: call[party] for party in ("alice", "bob") if party in call}
    content = {
        "id": name,
        "family": "control",
        "title": name,
        "why": "Placed by a test.",
        "call": {key: value for key, value in call.items() if key not in endpoints},
        "endpoints": endpoints,
        "adversary": None if adversary is None else dict(adversary),
        "expect": {"outcome": expect},
    }
    # As JSON, where a list may become a tuple and a word an enum, and nothing else is converted.
    return Scenario.model_validate_json(json.dumps(content))
