"""Runs the search for a certificate beside the event loop: a process for each, which ends with whoever waits for it.

A thread would not do: hashing so little at a time, it would keep the interpreter from everything else.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..model.voice import quoted
from .grinding import Task
from .grinding_worker import written

PACKAGE_ROOT: Final = Path(__file__).resolve().parent.parent.parent

WORKER: Final = (sys.executable, "-P", "-m", "harness.adversaries.grinding_worker")
"""Without the folder that the user happens to be in: it may hold modules of the same names."""


class GrindingFailed(RuntimeError):
    """The process gave no answer; the message says how it ended."""


async def ground(task: Task) -> int | None:
    """The number of the try that succeeded, None when all were in vain. GrindingFailed, or OSError without a process.

    Cancelling it ends the process.
    """
    process = await asyncio.create_subprocess_exec(
        *WORKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
        # Ctrl-C is for us: we end it.
        start_new_session=True,
    )
    try:
        line = await _asked(process, written(task))
    finally:
        ending = asyncio.create_task(_ended(process))
        await asyncio.shield(ending)
    try:
        number = json.loads(line)
    except ValueError:
        raise GrindingFailed(f"the search for a certificate gave no answer: {ending.result()}") from None
    return None if number is None else int(number)


async def _asked(process: asyncio.subprocess.Process, request: str) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise GrindingFailed("the search for a certificate has no pipes")
    with suppress(BrokenPipeError, ConnectionResetError):  # it has ended already, and its last words say why
        process.stdin.write(request.encode())
        await process.stdin.drain()
    return await process.stdout.readline()


async def _ended(process: asyncio.subprocess.Process) -> str:
    """End it at once: what it still does is of no use. Returns the last line of its standard error.

    By its id, which is that of its session. Its output is read to the end, before which asyncio notices no end of a
    process; of a traceback there is little.
    """
    with suppress(ProcessLookupError):
        # Not by asyncio, which would look first whether it has ended, and take the answer from who waits for that.
        os.killpg(process.pid, signal.SIGKILL)
    _, errors = await process.communicate()
    lines = errors.decode(errors="replace").strip().splitlines()
    return quoted(lines[-1]) if lines else "no message"
