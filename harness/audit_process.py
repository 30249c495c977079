"""The live half's handle on the auditing process: sends batches, reads results, and notices when the process dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from .model.run import IndexEntry
from .model.verdict import Result
from .model.voice import ended, quoted
from .network.own_folder import OwnFolder, Purpose

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180.0
"""Seconds without any answer: more than a whole batch may take, tshark's own limit included."""

BEGINNING = 30.0
PER_MEGABYTE = 60.0
"""Seconds that one recording may take that is asked about again: to start, and for its captures. On two busy cores a
process starts within 3 s and reads a megabyte in 2 s."""

GRACE = 5.0
"""Seconds that an idle process may take to end when its input has."""

MAX_LINE = 16 * 1024 * 1024
LAST_WORDS = 64 * 1024
"""Bytes of its standard error that are read, from the end."""


class AuditFailed(RuntimeError):
    """The auditing process could not answer; the message says why."""


class AuditSilent(AuditFailed):
    """It gave no answer for as long as it may take."""


class AuditProcess:
    """One `python -m harness.audit_worker`, started at the first batch, and again after one that failed.

    Its temporary files lie in a folder of its own, and what it starts is in its session: both end with it.
    """

    def __init__(self, run: Path, policy: Path | None, patience: float | None = None) -> None:
        self._run = run
        self._policy = policy
        self._patience = PATIENCE if patience is None else patience
        self._process: asyncio.subprocess.Process | None = None
        self._folder: OwnFolder | None = None
        self._words: IO[bytes] | None = None
        self._unanswered: set[str] = set()
        self._was_silent = False

    async def start(self) -> None:
        """Start the process; its imports then overlap with the first calls."""
        if self._process is not None:
            return
        self._folder = OwnFolder(Purpose.AUDIT)
        # A file and not a pipe: nobody reads while the process works, and a full pipe would stop it.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            # Not from the folder that the user happens to be in: it may hold modules of the same names.
            "-P",
            "-m",
            "harness.audit_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._words,
            env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT), "TMPDIR": str(self._folder.path)},
            limit=MAX_LINE,
            start_new_session=True,
        )

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        """The results of these entries, in order. AuditFailed when fewer come back than were asked for.

        Whoever asks again about one that had no answer waits as long as that recording may take, and so does whoever
        asks about a single one when the process has hung before: what makes a process hang must not cost a run the
        patience for a whole batch each time.
        """
        try:
            try:
                await self.start()
            except OSError as error:
                raise AuditFailed(f"the auditing process cannot be started: {error}") from error
            async for result in self._answers(entries, self._patience_for(entries)):
                yield result
        except AuditFailed as error:
            self._was_silent |= isinstance(error, AuditSilent)
            # Whatever it still says belongs to this batch, and must not be taken for an answer to the next one.
            self._unanswered.update(entry.scenario for entry in entries)
            await self._end()
            raise

    def _patience_for(self, entries: Sequence[IndexEntry]) -> float:
        if len(entries) == 1 and (self._was_silent or entries[0].scenario in self._unanswered):
            return min(self._patience, BEGINNING + PER_MEGABYTE * _megabytes(self._run, entries[0]))
        return self._patience

    async def close(self) -> None:
        """End the process. It ends by itself when its input closes; a process that does not is killed by its id."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await _within_grace(self._process)
        await self._end()

    async def _answers(self, entries: Sequence[IndexEntry], patience: float) -> AsyncIterator[Result]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise AuditFailed("the auditing process has no pipes")
        request = {
            "run": str(self._run),
            "policy": None if self._policy is None else str(self._policy),
            "entries": [entry.model_dump(mode="json") for entry in entries],
        }
        try:
            process.stdin.write(f"{json.dumps(request)}\n".encode())
            await process.stdin.drain()
            while line := await self._line(process.stdout, patience):
                answer = json.loads(line)
                if "done" in answer:
                    return
                if "error" in answer:
                    raise AuditFailed(str(answer["error"]))
                yield Result.model_validate_json(line)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise AuditFailed(await self._last_words(process)) from error
        except (ValueError, RecursionError) as error:
            raise AuditFailed(f"the auditing process answered what is no result: {error}"[:500]) from error
        raise AuditFailed(await self._last_words(process))

    async def _line(self, stdout: asyncio.StreamReader, patience: float) -> bytes:
        """The next answer; empty when there will be none. A process that is stuck has failed by its silence."""
        try:
            async with asyncio.timeout(patience):
                return await stdout.readline()
        except TimeoutError as error:
            raise AuditSilent(f"the auditing process gave no answer for {patience:.3g} s") from error

    async def _last_words(self, process: asyncio.subprocess.Process) -> str:
        await _within_grace(process)
        how = "closed its output" if process.returncode is None else ended(process.returncode)
        words = self._last_line()
        return f"the auditing process {how}: {quoted(words, 500) if words else 'no message'}"

    def _last_line(self) -> str:
        if self._words is None:
            return ""
        size = self._words.seek(0, os.SEEK_END)
        self._words.seek(max(0, size - LAST_WORDS))
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    async def _end(self) -> None:
        """Kill the process if it is still there, with what it has started, and remove what it has left."""
        process, folder, words = self._process, self._folder, self._words
        self._process = self._folder = self._words = None
        if process is not None:
            _kill(process)
            await _drained(process)
            await process.wait()
        if words is not None:
            words.close()
        if folder is not None:
            folder.remove()


def _megabytes(run: Path, entry: IndexEntry) -> float:
    """How much there is to read of a recording; 0 of what was not recorded."""
    if entry.recording is None:
        return 0.0
    # The calls before it lie beside it, and are read as well.
    return sum(one.stat().st_size for one in (run / entry.scenario).rglob("*.pcapng")) / 1e6


def _kill(process: asyncio.subprocess.Process) -> None:
    """By its id, which is that of its session as well: a tshark that it has started may outlive it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Read what it has said until nothing comes: asyncio notices no end of a process before that of its pipes."""
    while process.stdout is not None and await process.stdout.read(MAX_LINE):
        continue


async def _within_grace(process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await process.wait()
