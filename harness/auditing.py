"""The thinking half as a run uses it: recordings are audited as they end, by one process or by two side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from .audit_process import AuditFailed, AuditSilent
from .model.run import IndexEntry
from .model.verdict import Result

WORTH_A_SECOND = 24
"""Scenarios from which on a second process pays for its start."""


class Thinker(Protocol):
    """The thinking half as the runner sees it: entries in, results out. AuditFailed when it cannot answer."""

    async def start(self) -> None: ...

    def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]: ...

    async def close(self) -> None: ...


class Auditing:
    """Entries go in as calls end, results come out as they are known; which process answers changes no answer.

    `keep` takes each result; `give_up` the entries that got none, and why. When a process fails, those that it has
    not answered are asked about once more, each alone: only what makes a process fail is lost to it. A result that was
    given stays.

    Once one has hung, every recording is asked about alone, and of one that is waited for in vain so nobody asks again:
    so a run loses the patience for a batch once to each process, and then to each recording what that may take.
    """

    def __init__(
        self,
        thinkers: Sequence[Thinker],
        keep: Callable[[Result], None],
        give_up: Callable[[Sequence[IndexEntry], str], None],
    ) -> None:
        self._thinkers = thinkers
        self._keep = keep
        self._give_up = give_up
        self._waiting: asyncio.Queue[IndexEntry | None] = asyncio.Queue()
        self._hung = False

    async def start(self) -> None:
        """Start the first process; the imports of it then overlap with the first calls. The second waits for work."""
        await self._thinkers[0].start()

    def add(self, entry: IndexEntry) -> None:
        """A call has ended."""
        self._waiting.put_nowait(entry)

    def end(self) -> None:
        """No more will come: each process ends with what is waiting."""
        for _ in self._thinkers:
            self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Audit until the end."""
        await asyncio.gather(*(self._audit_as_they_end(one) for one in self._thinkers))

    async def close(self) -> None:
        """End every process."""
        for thinker in self._thinkers:
            await thinker.close()

    async def _audit_as_they_end(self, thinker: Thinker) -> None:
        """Take a share of what has ended since the last batch: batches grow by themselves when auditing is slower."""
        while (first := await self._waiting.get()) is not None:
            batch = [first]
            # What another process is waiting for stays: the last batches must not leave one of two without work.
            for _ in range(0 if self._hung else self._waiting.qsize() // len(self._thinkers)):
                entry = self._waiting.get_nowait()
                if entry is None:
                    self._waiting.put_nowait(None)
                    break
                batch.append(entry)
            await self._audit(thinker, batch)

    async def _audit(self, thinker: Thinker, entries: Sequence[IndexEntry]) -> None:
        try:
            hung_before = self._hung
            missing, why, silent = await self._asked(thinker, entries)
            if hung_before and silent and len(entries) == 1:
                self._give_up(missing, f"asked alone, for others had hung before: {why}")
                return
            for entry in missing:
                again, last, _ = await self._asked(thinker, (entry,))
                if again:
                    first = "" if last == why else f"; before that, with {len(entries)} together: {why}"
                    self._give_up(again, f"asked twice, the second time alone: {last}{first}")
        except Exception as error:  # noqa: BLE001 - what comes after must be audited all the same
            self._give_up(entries, bug(error))

    async def _asked(self, thinker: Thinker, entries: Sequence[IndexEntry]) -> tuple[Sequence[IndexEntry], str, bool]:
        """The entries that got no answer, why, and whether it hung over them; every result is kept."""
        waiting, why = {entry.scenario: entry for entry in entries}, "the auditing process did not speak of it"
        silent = False
        try:
            async for result in thinker.audit(entries):
                waiting.pop(result.scenario, None)
                self._keep(result)
        except AuditFailed as error:
            why, silent = str(error), isinstance(error, AuditSilent)
            self._hung |= silent
        return tuple(waiting.values()), why, silent


def bug(error: Exception) -> str:
    """What only we can put right, in words that fit into an index of evidence."""
    text = f"bug in the harness: {type(error).__name__}: {error}"
    return text.encode("utf-8", "replace").decode()[:2000]
