"""A run: scenarios overlap, each within its time limit; what has ended is on disk and in the results, whatever follows.

The live half runs here; recordings are handed, as they end, to the thinking half in processes of its own. The two
share nothing but the folder.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .audit import document, failed_result, not_run
from .audit_process import AuditProcess
from .auditing import WORTH_A_SECOND, Auditing, Thinker, bug
from .deviations import load as load_deviations
from .deviations import naming
from .evidence.provenance import provenance
from .evidence.run_folder import Run, RunFolder
from .live_conditions import Conditions, LiveCallError
from .model.ability import ProgramUnderTest
from .model.base import Party
from .model.network import Network
from .model.run import IndexEntry, RunHeader
from .model.scenario import Scenario
from .model.verdict import Result, RunDocument
from .needs import unmet
from .record_calls import let_go, record_calls

DEFAULT_JOBS = 12
IN_NAMESPACES = 3
"""Calls in namespaces that overlap: each starts two programs, and those of many would wait for each other."""
SEARCHED = 2
"""Calls that overlap in which the memory of processes is searched: each takes a processor for half a minute."""

DEFAULT_TIMEOUT = 60.0


class Progress(Protocol):
    """Told what happens while a run goes on."""

    def started(self, scenario: str) -> None: ...

    def ended(self, result: Result) -> None: ...


@dataclass(frozen=True)
class Options:
    """How to run. `jobs` calls overlap; `timeout` is each scenario's limit in seconds; `without` names auditors,
    `self_test` the specimens when the selection is a self-test, too.

    `first`: the number of the first call, which chooses its network; runs at the same time had better differ in it.
    `programs`: those that take a party's place. `asked`: the scenarios that the user named.
    `elsewhere`: those that name software of their own where the user chose another one.
    """

    captures: Path
    jobs: int = DEFAULT_JOBS
    timeout: float = DEFAULT_TIMEOUT
    seed: str | None = None
    without: tuple[str, ...] = ()
    policy: Path | None = None
    self_test: tuple[str, ...] = ()
    first: int = 1
    programs: Mapping[Party, ProgramUnderTest] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()


@dataclass
class _State:
    """What one run has come to."""

    scenarios: dict[str, Scenario]
    results: dict[str, Result] = field(default_factory=dict)
    entries: list[IndexEntry] = field(default_factory=list)


class Runner:
    """Runs a selection once. `thinker` makes the thinking half for the run's folder: a process beside this one."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        options: Options,
        progress: Progress,
        thinker: Callable[[Path, Path | None], Thinker] = AuditProcess,
    ) -> None:
        self._options = options
        self._progress = progress
        self._state = _State({scenario.id: scenario for scenario in scenarios})
        self._header = self._make_header([scenario.id for scenario in scenarios])
        self.folder = RunFolder(options.captures, self._header)
        many = 2 if len(scenarios) >= WORTH_A_SECOND else 1
        thinkers = [thinker(self.folder.root, options.policy) for _ in range(many)]
        self._auditing = Auditing(thinkers, self._keep, self._give_up)
        self._slots = asyncio.Semaphore(options.jobs)
        self._namespaces = asyncio.Semaphore(IN_NAMESPACES)
        self._searches = asyncio.Semaphore(SEARCHED)

    async def run(self) -> RunDocument:
        """Every scenario recorded, audited and judged. Cancelling stops the calls; ended ones are still judged."""
        try:
            await self._auditing.start()
            interrupted = await self._record_and_audit()
        finally:
            await let_go()
            await self._auditing.close()
        run = Run(self.folder.root, self._header, tuple(self._state.entries))
        return document(run, self._state.results, interrupted=interrupted)

    async def _record_and_audit(self) -> bool:
        """True when we were interrupted."""
        interrupted = False
        auditing = asyncio.create_task(self._auditing.run())
        try:
            await self._record_all()
        except asyncio.CancelledError:
            interrupted = True
        self._auditing.end()
        return await self._wait_for(auditing) or interrupted

    async def _wait_for(self, auditing: asyncio.Task[None]) -> bool:
        """Let the audit end, also when we are interrupted meanwhile; true when we were."""
        interrupted = False
        while not auditing.done():
            try:
                await asyncio.shield(auditing)
            except asyncio.CancelledError:
                interrupted = True
        auditing.result()
        return interrupted

    def _make_header(self, selected: list[str]) -> RunHeader:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        return RunHeader(
            run=f"{stamp}-{secrets.token_hex(3)}",
            started=time.time(),
            seed=self._options.seed or secrets.token_hex(16),
            jobs=self._options.jobs,
            without=self._options.without,
            provenance=provenance(),
            selected=tuple(selected),
            self_test=self._options.self_test,
            deviations=naming(load_deviations(), selected),
            unmet=unmet(
                self._state.scenarios.values(), self._options.programs, self._options.asked, self._options.elsewhere
            ),
        )

    async def _record_all(self) -> None:
        for one in self._header.unmet:
            self._keep(not_run(one.scenario, one.why))
        numbered = enumerate(self._state.scenarios.values(), self._options.first)
        waiting = [(number, one) for number, one in numbered if one.id not in self._state.results]
        async with asyncio.TaskGroup() as group:
            for number, scenario in waiting:
                if not scenario.endpoints.in_browsers:
                    group.create_task(self._record(scenario, number))
        # Who waits for a page to be drawn must not wait for a hundred calls beside it.
        for number, scenario in waiting:
            if scenario.endpoints.in_browsers:
                await self._record(scenario, number)

    async def _record(self, scenario: Scenario, number: int) -> None:
        crowded = self._namespaces if scenario.network is Network.NAMESPACES else nullcontext()
        busy = self._searches if scenario.memory else nullcontext()
        async with crowded, busy, self._slots:
            self._progress.started(scenario.id)
            begun = time.monotonic()
            try:
                await self._record_and_list(scenario, number, begun)
            except OSError as error:
                why = f"nothing can be written to {self.folder.root}: {error.strerror or error}"
                self._keep(failed_result(scenario, why, time.monotonic() - begun))
            except Exception as error:  # noqa: BLE001 - as below
                self._keep(failed_result(scenario, bug(error), time.monotonic() - begun))

    async def _record_and_list(self, scenario: Scenario, number: int, begun: float) -> None:
        plan = self.folder.plan(scenario)
        recorded, error = await self._attempt(scenario, number)
        path, digest = recorded or (None, None)
        entry = IndexEntry(
            scenario=scenario.id,
            plan=plan,
            recording=None if path is None else str(path.relative_to(self.folder.root)),
            sha256=digest,
            error=error,
            seconds=time.monotonic() - begun,
        )
        self.folder.add(entry)
        self._state.entries.append(entry)
        self._auditing.add(entry)

    async def _attempt(self, scenario: Scenario, number: int) -> tuple[tuple[Path, str] | None, str | None]:
        """One try, never a second: the recording's folder and hash, or why there is none."""
        conditions = Conditions(
            self._header.run, self._header.seed, number, self._header.provenance, self._options.programs
        )
        try:
            async with asyncio.timeout(self._options.timeout):
                return await record_calls(scenario, conditions, self.folder.calls(scenario)), None
        except TimeoutError:
            limit = f"{self._options.timeout:g} s"
            return None, f"not ended within its time limit of {limit}: allow more (--timeout) or fewer at once (--jobs)"
        except (LiveCallError, OSError) as error:
            return None, f"the call could not be recorded: {error}"[:2000]
        except Exception as error:  # noqa: BLE001 - a bug of ours must not take the other scenarios with it
            return None, bug(error)

    def _give_up(self, entries: Sequence[IndexEntry], why: str) -> None:
        for entry in entries:
            if entry.scenario not in self._state.results:
                hint = f"{why}; `harness audit {self.folder.root}` asks again"
                self._keep(failed_result(self._state.scenarios[entry.scenario], hint, entry.seconds))

    def _keep(self, result: Result) -> None:
        self._state.results[result.scenario] = result
        self._progress.ended(result)
