"""The live half's handle on the auditing process: sends batches, reads results, and notices when the process dies."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from .model.run import IndexEntry
from .model.verdict import Result

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180.0
"""Seconds without any answer: more than a whole batch may take, tshark's own limit included."""

MAX_LINE = 16 * 1024 * 1024


class AuditFailed(RuntimeError):
    """The auditing process could not answer; the message says why."""


class AuditProcess:
    """One `python -m harness.audit_worker`, started at the first batch."""

    def __init__(self, run: Path, policy: Path | None) -> None:
        self._run = run
        self._policy = policy
        self._process: asyncio.subprocess.Process | None = None
        # A file and not a pipe: nobody reads while the process works, and a full pipe would stop it.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process

    async def start(self) -> None:
        """Start the process; its imports then overlap with the first calls."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                # Not from the folder that the user happens to be in: it may hold modules of the same names.
                "-P",
                "-m",
                "harness.audit_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=self._words,
                env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
                limit=MAX_LINE,
                start_new_session=True,
            )

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        """The results of these entries, in order. AuditFailed when fewer come back than were asked for."""
        await self.start()
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
            while True:
                line = await self._line(process.stdout)
                if not line:
                    raise AuditFailed(await self._last_words(process))
                answer = json.loads(line)
                if "done" in answer:
                    return
                if "error" in answer:
                    raise AuditFailed(str(answer["error"]))
                yield Result.model_validate_json(line)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise AuditFailed(await self._last_words(process)) from error
        except ValueError as error:
            raise AuditFailed(f"the auditing process answered what is no result: {error}"[:500]) from error

    async def close(self) -> None:
        """End the process. It ends by itself when its input closes; a process that does not is killed by its id."""
        self._words.close()
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _line(self, stdout: asyncio.StreamReader) -> bytes:
        """The next answer. A process that is stuck is killed by its id, and its silence is the failure."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await stdout.readline()
        except TimeoutError as error:
            if self._process is not None:
                self._process.kill()
                await self._process.wait()
                self._process = None
            raise AuditFailed(f"the auditing process gave no answer for {PATIENCE:g} s") from error

    async def _last_words(self, process: asyncio.subprocess.Process) -> str:
        code = await process.wait()
        self._process = None
        self._words.seek(0)
        words = self._words.read().decode(errors="replace").strip().splitlines()
        return f"the auditing process ended with code {code}: {words[-1] if words else 'no message'}"
