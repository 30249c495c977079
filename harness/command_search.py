"""What `harness search` does, short of printing and exiting: several searchers, and one ledger of what they tell."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .call_course import cancelled
from .endpoint_choice import parse_endpoints
from .model.endpoints import EndpointKind, Endpoints
from .model.search import SearchDocument
from .model.service_kind import ServiceKind
from .network.child import tied_to_us
from .network.own_folder import OwnFolder, Purpose, temporary_files
from .outputs import Format, Output, refused, trouble, write_outputs
from .report.search_console import show
from .search.ledger import Ledger
from .search.possible import nothing_possible
from .wording import suggestion

USAGE, HARNESS = 2, 3
NO_LIMIT: Final = 10_000_000
JOBS_PER_PROCESSOR: Final = 3
"""A call waits longer than it works: so many searchers keep one processor busy."""
GRACE: Final = 90.0
"""Seconds beyond its own that a searcher may take to make its last calls and write down what it found."""
_NETWORKS: Final = 60_000
_LONGEST_LINE: Final = 16 * 1024 * 1024
_EVERY: Final = 10.0
_ROOT: Final = Path(__file__).resolve().parent.parent
Ended = SearchDocument | tuple[int, str]


def search_command(chosen: dict[str, Any], outputs: Sequence[Output]) -> Ended:
    """Search within the bounds, write what was asked for, show what came of it."""
    try:
        endpoints, service = _endpoints(chosen["endpoints"]), parse_service(chosen["service"])
        if any(output.format is not Format.JSON for output in outputs):
            raise ValueError("a search can be had as json")
    except ValueError as error:
        return USAGE, str(error)
    if (why := nothing_possible(endpoints, service)) is not None:
        return HARNESS, f"no call can be made with these endpoints, so nothing was searched: {why}"
    captures, out = Path(chosen["captures"]).absolute(), Path(chosen["out"]).absolute()
    made = not out.exists()
    if why := refused({"--out": out, "--captures": captures}):
        return USAGE, why
    jobs = chosen["jobs"] or JOBS_PER_PROCESSOR * (os.cpu_count() or 1)
    ledger = Ledger(chosen["seed"] or secrets.token_hex(8), endpoints, jobs, service)
    workshop = None
    try:
        # Beside the recordings, because a recording that counts is moved to them.
        workshop = OwnFolder(Purpose.SEARCH, captures)
        folders = {"captures": str(captures), "out": str(out)}
        parts = [
            {**part, **folders, "workshop": str(workshop.path / str(number))}
            for number, part in enumerate(shares(ledger, chosen))
        ]
        with temporary_files():
            document = asyncio.run(_searched(ledger, parts, chosen["seconds"] + GRACE))
        with suppress(BrokenPipeError):
            show(document, sys.stderr)
        write_outputs(outputs, document, lambda: (), sys.stdout)
    except OSError as error:
        return HARNESS, trouble(error, str(captures))
    finally:
        if workshop is not None:
            workshop.remove()
        if made:
            with suppress(OSError):  # something is in it
                out.rmdir()
    return document


def _endpoints(texts: Sequence[str]) -> Endpoints:
    """Whoever is not named is healthy. ValueError says what is wrong."""
    kinds = parse_endpoints(texts)
    if EndpointKind.PROGRAM in kinds.values():
        raise ValueError("a search makes its calls with the harness's own endpoints, and not with a program")
    return Endpoints(**{party.value: kind for party, kind in kinds.items()})


def parse_service(text: str) -> ServiceKind:
    """The kind of service with this name. ValueError says what is wrong."""
    if text not in set(ServiceKind):
        nearest = suggestion(text, [str(one) for one in ServiceKind])
        raise ValueError(f"--service {text}: no service is called {text!r}{nearest}")
    return ServiceKind(text)


async def _searched(ledger: Ledger, parts: Sequence[dict[str, Any]], limit: float) -> SearchDocument:
    """All searchers at once, until the first one finds something, all have ended, or somebody interrupts."""
    loop, enough = asyncio.get_running_loop(), asyncio.Event()

    def interrupt() -> None:
        ledger.interrupted = True
        enough.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    searching = [asyncio.create_task(Searcher(part, ledger, limit, enough).run()) for part in parts]
    watching = asyncio.create_task(_progress(ledger))
    stopping = asyncio.create_task(enough.wait())
    everybody = asyncio.create_task(_all_of(searching))
    try:
        await asyncio.wait([everybody, stopping], return_when=asyncio.FIRST_COMPLETED)
        if everybody.done():
            await everybody
    finally:
        await cancelled(watching, stopping, everybody, *searching)
    return ledger.document()


async def _all_of(tasks: Sequence[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)


def shares(ledger: Ledger, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """What each searcher is asked for: its share of the calls, and a network of its own."""
    calls = chosen["calls"] or NO_LIMIT
    first = 1 + secrets.randbelow(_NETWORKS)
    return [
        {
            "endpoints": ledger.endpoints.model_dump(mode="json"),
            "service": ledger.service.value,
            "network": first + number,
            "bounds": {
                "seconds": chosen["seconds"],
                "calls": -(-(calls - number) // ledger.searchers),
                "moves": chosen["moves"],
                "seed": ledger.seed,
                "searcher": number,
            },
        }
        for number in range(min(ledger.searchers, calls))
    ]


async def _progress(ledger: Ledger) -> None:
    while True:
        await asyncio.sleep(_EVERY)
        with suppress(OSError):
            sys.stderr.write(f"{ledger.progress()}\n")


@dataclass
class Searcher:
    """One `python -m harness.search.worker`, and what it tells written into the ledger."""

    asked: dict[str, Any]
    ledger: Ledger
    limit: float
    enough: asyncio.Event

    async def run(self) -> None:
        """Until it ends, is cancelled, or takes too long; a searcher that breaks says why in the ledger."""
        # A file and not a pipe: nobody reads while the process works, and a full pipe would stop it.
        with tempfile.TemporaryFile() as words:
            process = await self._start(words)
            ended, why = False, ""
            try:
                async with asyncio.timeout(self.limit):
                    ended = await self._listen(process)
                    await process.wait()
            except TimeoutError:
                why = f"did not end within {self.limit:g} s"
            except ValueError as error:
                why = f"said what nobody understands: {error}"
            finally:
                await _ended(process)
            if not ended:
                words.seek(0)
                last = words.read().decode(errors="replace").strip().splitlines()
                self.ledger.broke(why or f"ended with code {process.returncode}: {last[-1] if last else 'no message'}")

    async def _start(self, words: Any) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            # One that outlives us goes on writing where the next command clears up.
            *tied_to_us(),
            sys.executable,
            "-P",
            "-m",
            "harness.search.worker",
            json.dumps(self.asked),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=words,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            limit=_LONGEST_LINE,
            start_new_session=True,
        )

    async def _listen(self, process: asyncio.subprocess.Process) -> bool:
        """Whether the searcher said that it has ended."""
        assert process.stdout is not None
        while line := await process.stdout.readline():
            if self.ledger.hear(json.loads(line)):
                return True
            if self.ledger.confirmed:
                self.enough.set()
        return False


async def _ended(process: asyncio.subprocess.Process) -> None:
    """A searcher that still works is ended by its id."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
