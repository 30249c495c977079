"""A scenario that does not end in time is an error of its own, and no other scenario's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness import live_call
from harness.audit import audit_run
from harness.catalogue import ROOT as CATALOGUE
from harness.catalogue import load, select
from harness.endpoints.aiortc import AiortcEndpoint
from harness.inspection.parameters.policy import load_policy
from harness.model.verdict import Outcome, Result, Status
from harness.placement import InProcess
from harness.runner import Options, Runner

from .sabotage import AUDIO, catalogued, scenario


class Watcher:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.over: list[str] = []

    def started(self, scenario: str) -> None:
        self.begun.append(scenario)

    def ended(self, result: Result) -> None:
        self.over.append(result.scenario)


@pytest.mark.live
def test_a_scenario_without_end_is_stopped_and_the_others_are_judged(tmp_path: Path) -> None:
    chosen = [catalogued("fingerprint-missing"), scenario("without-end", call=AUDIO | {"seconds": 60})]
    options = Options(captures=tmp_path, timeout=8.0, without=("wireshark",))
    watcher = Watcher()
    runner = Runner(chosen, options, watcher, InProcess)
    document = asyncio.run(runner.run())
    results = {result.scenario: result for result in document.results}
    stuck = results["without-end"]
    assert (stuck.status, stuck.outcome, stuck.expected) == (Status.ERROR, Outcome.UNKNOWN, Outcome.SECURE)
    assert "time limit of 8 s" in stuck.because
    assert results["fingerprint-missing"].status is Status.AS_EXPECTED
    assert sorted(watcher.begun) == sorted(watcher.over) == sorted(results)
    assert audit_run(runner.folder.root, load_policy()) == document


@pytest.mark.live
def test_an_endpoint_that_cannot_be_ended_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = AiortcEndpoint.close
    stuck: list[AiortcEndpoint] = []

    async def close(endpoint: AiortcEndpoint) -> None:
        await ended(endpoint)
        if not stuck:
            stuck.append(endpoint)
            await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(AiortcEndpoint, "close", close)
    monkeypatch.setattr(live_call, "ENDING", 1.0)
    chosen = select(load(CATALOGUE), ["fingerprint-missing", "fingerprint-malformed"], CATALOGUE)
    options = Options(captures=tmp_path, jobs=1, without=("wireshark",))
    document = asyncio.run(Runner(chosen, options, Watcher(), InProcess).run())
    statuses = [result.status for result in document.results]
    assert (statuses.count(Status.ERROR), statuses.count(Status.AS_EXPECTED)) == (1, len(statuses) - 1)
    (failed,) = [result for result in document.results if result.status is Status.ERROR]
    assert "could not be ended within 1 s" in failed.because
