"""What `harness run`, `harness audit` and `harness list` do, short of printing and exiting."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .attack_list import ATTACKS
from .auditors import AUDITORS
from .call_views import call_views
from .catalogue import CatalogueError
from .deviations import check_known
from .deviations import load as load_deviations
from .endpoint_choice import choose
from .endpoints.introduction import introduction
from .evidence.files import EvidenceError
from .garbage import collect_seldom
from .inspection.parameters.policy import load_policy
from .model.ability import ProgramUnderTest
from .model.base import Party
from .model.endpoints import EndpointKind
from .model.network import Network
from .model.scenario import Scenario
from .model.verdict import RunDocument
from .network import namespaces, user_namespace
from .network.loopback import NETWORKS
from .network.own_folder import temporary_files
from .outputs import Format, Output, refused, trouble, unwritten, write_outputs
from .report.call_view import CallView
from .report.console import encodable, show
from .report.progress import Progress
from .report.self_test_console import self_test_lines
from .report.speed import speed
from .runner import DEFAULT_JOBS, DEFAULT_TIMEOUT, Options, Runner
from .selection import selected, selection_of
from .self_test import members
from .vantage.packet_tap import may_listen

USAGE, HARNESS, EVIDENCE = 2, 3, 4
Ended = RunDocument | tuple[int, str]
"""A document, or an exit code with the sentence that explains it."""


def self_test_command(reports: Path, outputs: tuple[Output, ...], chosen: dict[str, Any]) -> Ended:
    """Run every specimen and every twin, and nothing else."""
    try:
        names = [scenario.id for scenario in members(selected(chosen["root"], ()))]
    except ValueError as error:
        return USAGE, str(error)
    if not names:
        return USAGE, "there is no specimen in these scenarios: name a folder that has some with --scenarios FOLDER"
    return run_command(names, reports, outputs, chosen | {"only_self_test": True})


def attacks_command(stack: str, reports: Path, outputs: tuple[Output, ...], chosen: dict[str, Any]) -> Ended:
    """Run the list of attacks with this stack at both ends; nobody has asked for each of them by name."""
    ends = tuple(f"{party}={stack}" for party in Party)
    return run_command(ATTACKS, reports, outputs, chosen | {"endpoints": ends, "listed": True})


def run_command(selectors: Sequence[str], reports: Path, outputs: tuple[Output, ...], chosen: dict[str, Any]) -> Ended:
    """Run the selection, write the reports, show the table."""
    try:
        options = options_of(chosen)
        selection = selection_of(selectors, chosen)
        options = replace(options, self_test=selection.specimens, asked=selection.asked, elsewhere=selection.elsewhere)
        load_policy(options.policy)
        deviations = load_deviations()
        if selection.catalogue is not None:
            check_known(deviations, selection.catalogue)
    except ValueError as error:
        return USAGE, str(error)
    go_where_namespaces_are(selection.scenarios, chosen)
    options = replace(options, programs=asyncio.run(_introduced(options.programs, selection.scenarios)))
    whole = bool(chosen.get("only_self_test"))
    return carry_out(selection.scenarios, options, reports, lambda ended: _present(ended, outputs, whole))


def go_where_namespaces_are(scenarios: Iterable[Scenario], chosen: Mapping[str, Any]) -> None:
    """Start this program again in a user namespace, where some call takes more rights than we have; only a command line
    can be. OSError when that fails half-way.
    """
    if not chosen.get("command_line"):
        return
    networks = {one.network for one in scenarios}
    apart = Network.NAMESPACES in networks and namespaces.why_not() is not None
    deaf = any(one.turn for one in networks) and not may_listen()
    if apart or deaf or user_namespace.MARK in os.environ:
        user_namespace.start_again(os.environ)


@dataclass(frozen=True)
class Ran:
    """A run that has ended: the folders of its recordings and of its reports, and what came of it."""

    recordings: Path
    reports: Path
    document: RunDocument

    def views(self) -> tuple[CallView, ...]:
        """What the report shows of each call."""
        return call_views(self.recordings, self.document)


def carry_out(
    scenarios: tuple[Scenario, ...], options: Options, reports: Path, present: Callable[[Ran], None]
) -> Ended:
    """Make the calls, have what came of them presented, and keep results and report: each even if another fails."""
    if why := refused({"--captures": options.captures, "--reports": reports}):
        return USAGE, why
    collect_seldom()
    try:
        with temporary_files(), Progress(sys.stderr, len(scenarios), os.environ) as progress:
            runner = Runner(scenarios, options, progress)
            folder = reports / runner.folder.root.name
            folder.mkdir(parents=True)
            begun = time.monotonic()
            document = asyncio.run(_until_interrupted(runner))
            seconds = time.monotonic() - begun
        ran = Ran(runner.folder.root, folder, document)
        page = folder / "report.html"
        kept = (Output(Format.JSON, folder / "results.json"), Output(Format.HTML, page))
        missing = unwritten(lambda: present(ran), lambda: write_outputs(kept, document, ran.views, sys.stdout))
    except EvidenceError as error:
        return EVIDENCE, str(error)
    except OSError as error:
        return HARNESS, trouble(error, "a folder of the run")
    with suppress(OSError):
        sys.stderr.write(f"\nspeed       {speed(document, seconds)}")
        sys.stderr.write(f"\nrecordings  {runner.folder.root}\n")
        if page.exists():
            sys.stderr.write(f"report      {page}\n")
    return (HARNESS, "\n".join(missing)) if missing else document


def options_of(chosen: dict[str, Any]) -> Options:
    names = {auditor.name for auditor in AUDITORS}
    unknown = sorted(set(chosen["without"]) - names)
    if unknown:
        raise CatalogueError(f"no auditor is called {unknown[0]!r}; there are {', '.join(sorted(names))}")
    return Options(
        captures=chosen["captures"],
        jobs=chosen["jobs"] or DEFAULT_JOBS,
        timeout=chosen["timeout"] or DEFAULT_TIMEOUT,
        seed=chosen["seed"],
        without=tuple(chosen["without"]),
        policy=chosen["policy"],
        # Runs at the same time share the loopback interface, and who listens there must not hear the other one.
        first=1 + secrets.randbelow(NETWORKS),
        programs={
            party: ProgramUnderTest(command=command)
            for party, command in choose(chosen.get("endpoints", ()), chosen.get("programs", ()))[1].items()
        },
    )


async def _introduced(
    programs: Mapping[Party, ProgramUnderTest], scenarios: Iterable[Scenario]
) -> dict[Party, ProgramUnderTest]:
    """Those that take part in a call, with what they say that they lack: it is said once, before any of them."""
    placed = {party for one in scenarios for party in Party if one.endpoints.of(party) is EndpointKind.PROGRAM}
    taking_part = [party for party in programs if party in placed]
    said = await asyncio.gather(*(introduction(programs[party].command) for party in taking_part))
    return dict(zip(taking_part, said, strict=True))


async def _until_interrupted(runner: Runner) -> RunDocument:
    """The first Ctrl-C ends the calls and keeps what has ended; a second one ends the program at once."""
    task = asyncio.create_task(runner.run())
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        task.cancel()
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGINT, interrupt)
    loop.add_signal_handler(signal.SIGTERM, interrupt)
    return await task


def _present(ran: Ran, outputs: Sequence[Output], whole: bool) -> None:
    """The tables for people (stderr), who may have stopped reading, then data to where the user asked for it: what is
    known must not hang on room for a file."""
    document = ran.document
    with suppress(OSError):
        show(document, sys.stderr, os.environ)
        if whole or (document.self_test.catches and not document.self_test.passed):
            lines = ("", *self_test_lines(document.self_test))
            sys.stderr.write("".join(f"{encodable(line, sys.stderr)}\n" for line in lines))
    write_outputs(outputs, document, ran.views, sys.stdout)
