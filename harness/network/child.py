"""A daemon that somebody else wrote, as our child: it ends when it is told to, and when we do, however we end.

`setpriv --pdeathsig` (util-linux) has the kernel end it with the thread that started it, so that nothing is left even
of a harness that was killed. Of one that was killed before setpriv spoke to the kernel, a shell finds the parent gone.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

LAST_WORDS: Final = 4000
"""Bytes of what it says that are kept, from the end."""

GRACE: Final = 2.0
"""Seconds between being asked to end and being ended."""

_NO_DUMP: Final = ("prlimit", "--core=0:0")
"""A daemon that crashes must not leave its memory on the disk: keys and media are in it."""

PACKAGE: Final = "util-linux"
"""Debian's, with the programs without which no daemon is started."""

_CHUNK: Final = 65_536

_IF_PARENT_LIVES: Final = 'test "$PPID" = "$0" && exec "$@"'
"""A constant: the shell gets every word as an argument, and reads none of them."""


def tied_to_us() -> tuple[str, ...]:
    """The words in front of a command that end it with us, however we end; none where the system has no setpriv."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    return setpriv, "--pdeathsig", "KILL", "--", "sh", "-c", _IF_PARENT_LIVES, str(os.getpid())


def why_not() -> str | None:
    """Why no daemon can be started here that ends with us, and leaves nothing; None when one can."""
    missing = [name for name in ("setpriv", _NO_DUMP[0]) if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)} (package {PACKAGE})" if missing else None


class ChildFailed(OSError):
    """The daemon does not start, or has ended by itself; the message says why, with its last words."""


class Child:
    """One daemon. `prefix` are words in front of its command: how it gets into a network namespace, say."""

    def __init__(self, command: Sequence[str], prefix: Sequence[str] = ()) -> None:
        self.name = command[0]
        self._command, self._prefix = tuple(command), tuple(prefix)
        self._process: asyncio.subprocess.Process | None = None
        self._words = b""
        self._heard = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._ending = self._silent = False

    async def start(self) -> None:
        """Start it. ChildFailed when there is no such program, or nothing that would end it with us."""
        why = why_not() or (f"not installed: {self.name}" if shutil.which(self.name) is None else None)
        if why is not None:
            raise ChildFailed(f"{self.name} cannot be started: {why}")
        self._process = await asyncio.create_subprocess_exec(
            *self._prefix,
            *tied_to_us(),
            *_NO_DUMP,
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        """Its id; ChildFailed when it was never started."""
        if self._process is None:
            raise ChildFailed(f"{self.name} was never started")
        return self._process.pid

    @property
    def fault(self) -> str | None:
        """Why it is no longer there, if it should be."""
        if self._process is None or self._process.returncode is None or self._ending:
            return None
        said = self._words.decode(errors="replace").strip().splitlines()
        words = f"; its last words: {said[-1][:300]!r}" if said else ""
        return f"{self.name} ended by itself ({self._process.returncode}){words}"

    async def says(self, words: bytes, seconds: float) -> None:
        """Wait until it has said this. ChildFailed when it does not, or has ended."""
        try:
            async with asyncio.timeout(seconds), self._heard:
                await self._heard.wait_for(lambda: words in self._words or self._silent)
        except TimeoutError:
            raise ChildFailed(f"{self.name} is not there after {seconds:g} s") from None
        if words not in self._words:
            raise ChildFailed(self.fault or f"{self.name} said something else")

    async def end(self) -> None:
        """Ask it to end, and end it if it does not. May be called again."""
        self._ending = self._ending or self.fault is None
        if self._process is None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, how)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), GRACE)
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _listen(self) -> None:
        """Nobody may be kept waiting because his words are not read."""
        output = None if self._process is None else self._process.stdout
        while output is not None and (said := await output.read(_CHUNK)):
            await self._take(said)
        self._silent = True
        await self._take(b"")

    async def _take(self, said: bytes) -> None:
        async with self._heard:
            self._words = (self._words + said)[-LAST_WORDS:]
            self._heard.notify_all()
