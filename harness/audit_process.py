"""The live half's handle on the auditing process: sends batches, reads results, and notices when the process dies."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from .model.run import IndexEntry
from .model.verdict import Result

MAX_LINE = 16 * 1024 * 1024


class AuditFailed(RuntimeError):
    """The auditing process could not answer; the message says why."""


class AuditProcess:
    """One `python -m harness.audit_worker`, started at the first batch."""

    def __init__(self, run: Path, policy: Path | None) -> None:
        self._run = run
        self._policy = policy
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process; its imports then overlap with the first calls."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "harness.audit_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
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
                line = await process.stdout.readline()
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

    async def close(self) -> None:
        """End the process. It ends by itself when its input closes; a process that does not is killed by its id."""
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

    async def _last_words(self, process: asyncio.subprocess.Process) -> str:
        errors = b"" if process.stderr is None else await process.stderr.read()
        code = await process.wait()
        self._process = None
        words = errors.decode(errors="replace").strip().splitlines()
        return f"the auditing process ended with code {code}: {words[-1] if words else 'no message'}"
