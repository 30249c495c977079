"""Runs of several scenarios of which some are harmed, and a look at what is left of them afterwards.

Harm is done in the middle of a call: when a certain packet has passed a tap, however fast the machine is. All tests
that do so take 40 s of processor time together; many calls of theirs run side by side, and most of the rest is waiting.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from harness import record_calls
from harness.auditing import Thinker
from harness.catalogue import ROOT as CATALOGUE
from harness.catalogue import load, select
from harness.endpoints import program
from harness.live_call import LiveCall
from harness.model.base import Party
from harness.model.finding import Severity
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Result, RunDocument, Status
from harness.placement import InProcess, plan
from harness.runner import Options, Runner
from harness.vantage.tap import LegTap
from harness.wire.demux import PacketClass, classify

AUDIO: Final = {"media": ["audio"], "seconds": 0.5}
APART: Final = AUDIO | {"alice": "aiortc-process"}
BYSTANDER: Final = {"kind": "bystander", "position": ["path"]}
INTERCEPTOR: Final = {"kind": "dtls-mitm", "position": ["signalling", "path"], "swap": ["caller", "callee"]}
WITHOUT_WIRESHARK: Final = ("wireshark",)

PATIENCE: Final = 1.0
"""Seconds that the harness waits in these tests for what will never come."""

EARLY: Final = 10
"""Media packets after which harm is done: media flows, and nothing is heard yet."""
LATE: Final = 40
"""Media packets after which everything was heard."""

Act = Callable[[LiveCall, LegTap], None]


@dataclass(frozen=True)
class Harm:
    """What is done to a call when so many packets, of media or of any kind, have passed the party's tap; what then."""

    act: Act
    after: int = EARLY
    media: bool = True
    party: Party = Party.ALICE
    then: Harm | None = None


@dataclass(frozen=True)
class Ran:
    """What has become of a run."""

    document: RunDocument
    folder: Path

    def of(self, scenario: str) -> Result:
        return next(result for result in self.document.results if result.scenario == scenario)

    def unharmed(self, *scenarios: str) -> None:
        """These are as expected."""
        others = {name: self.of(name).because for name in scenarios if self.of(name).status is not Status.AS_EXPECTED}
        assert not others, others


def scenario(
    name: str,
    adversary: dict[str, Any] | None = None,
    expect: Outcome = Outcome.SECURE,
    call: Mapping[str, Any] = AUDIO,
    patience: float = 10.0,
) -> Scenario:
    return plan(name, adversary, expect, {"patience": patience, **call})


def catalogued(name: str) -> Scenario:
    """A scenario of the catalogue, with all that is expected of it."""
    (found,) = select(load(CATALOGUE), [name], CATALOGUE)
    return found


class _Silence:
    def started(self, scenario: str) -> None:
        """Nobody watches."""

    def ended(self, result: Result) -> None:
        """Nobody watches."""


def run(
    captures: Path,
    scenarios: Sequence[Scenario],
    jobs: int = 32,
    thinker: Callable[[Path, Path | None], Thinker] = InProcess,
    without: tuple[str, ...] = WITHOUT_WIRESHARK,
    timeout: float = 30.0,
) -> Ran:
    """Record and judge, as the command does it."""
    captures.mkdir(exist_ok=True)
    options = Options(captures=captures, jobs=jobs, without=without, timeout=timeout)
    runner = Runner(scenarios, options, _Silence(), thinker)
    return Ran(asyncio.run(runner.run()), runner.folder.root)


def inconclusive(result: Result) -> set[tuple[str, str]]:
    """What an auditor could not tell, and where."""
    return {(str(one.reason), one.vantage) for one in result.findings if one.severity is Severity.INCONCLUSIVE}


def planted(patch: pytest.MonkeyPatch, harms: Mapping[str, Harm]) -> None:
    """Have harm done to the calls of these scenarios."""
    calls: dict[str, LiveCall] = {}
    passed: Counter[str] = Counter()
    due: dict[str, Harm | None] = dict(harms)
    seen = LegTap.seen

    class Known(LiveCall):
        def __init__(self, scenario: Scenario, *others: Any) -> None:
            super().__init__(scenario, *others)
            calls[scenario.id] = self

    def watched(tap: LegTap, outward: bool, local: Any, remote: Any, data: bytes, when: float | None = None) -> None:
        seen(tap, outward, local, remote, data, when)
        name = scenario_of(tap)
        harm = due.get(name)
        if harm is not None and tap._party is harm.party and (not harm.media or classify(data) is PacketClass.SRTP):
            passed[name] += 1
            if passed[name] == harm.after:
                passed[name], due[name] = 0, harm.then
                harm.act(calls[name], tap)

    patch.setattr(record_calls, "LiveCall", Known)
    patch.setattr(LegTap, "seen", watched)


def scenario_of(tap: LegTap) -> str:
    return tap._path.parent.parent.name


def impatient(patch: pytest.MonkeyPatch) -> None:
    """A program that does not end is not waited for as long as usual."""
    patch.setattr(program, "GRACE", PATIENCE)


def pid_of(call: LiveCall, party: Party = Party.ALICE) -> int:
    endpoint: Any = call.endpoints[party]
    pid: int = endpoint._program._transport.get_pid()
    return pid


@contextmanager
def nothing_left(patch: pytest.MonkeyPatch, temporary: Path) -> Iterator[None]:
    """No process, no socket, no open file and no temporary file more than before.

    What others had started before may start more: a browser that other tests share does.
    """
    temporary.mkdir()
    patch.setenv("TMPDIR", str(temporary))
    patch.setattr("tempfile.tempdir", str(temporary))
    started, opened = set(children()), _opened()
    yield
    gc.collect()
    assert set(children({pid for pid, _ in started})) <= started
    assert _opened() <= opened
    assert [str(path) for path in temporary.rglob("*")] == []


def children(others: Collection[int] = ()) -> Iterator[tuple[int, str]]:
    """Processes that this one started, and those that they started, with their command lines; without what `others`
    started."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    known = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in known and parent not in others} - known:
        known |= more
    for child in known - {os.getpid()}:
        try:
            yield child, Path(f"/proc/{child}/cmdline").read_text()
        except OSError:
            continue


def _opened() -> Counter[str]:
    """Sockets, pipes and files that this process has open."""
    found: Counter[str] = Counter()
    for link in Path("/proc/self/fd").iterdir():
        try:
            found[str(link.readlink())] += 1
        except OSError:
            continue
    return found
