"""Recordings are audited as they end: each once, by whoever is free, and a failure costs its own entry alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from harness.audit import not_run
from harness.audit_process import AuditFailed, AuditSilent
from harness.auditing import Auditing, Thinker
from harness.model.run import IndexEntry
from harness.model.verdict import Result


def entry(number: int) -> IndexEntry:
    return IndexEntry(
        scenario=f"call-{number}", plan="0" * 64, recording=None, sha256=None, error="not recorded", seconds=0.1
    )


class Answering:
    """Answers each batch when it is told to; remembers what it was asked."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()
        self.started = self.closed = False

    async def start(self) -> None:
        self.started = True

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        self.batches.append([one.scenario for one in entries])
        self.asked.set()
        await self.go_on.wait()
        for one in entries:
            yield not_run(one.scenario, "as asked")

    async def close(self) -> None:
        self.closed = True


class Failing(Answering):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        async for result in super().audit(entries[:1]):
            yield result
            raise self.error


class Heard:
    """What came of a run of the thinkers over `count` entries that have all ended."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.given_up: dict[str, str] = {}

    def keep(self, result: Result) -> None:
        self.kept.append(result.scenario)

    def give_up(self, entries: Sequence[IndexEntry], why: str) -> None:
        self.given_up.update({one.scenario: why for one in entries if one.scenario not in self.kept})


def audited(thinkers: Sequence[Thinker], count: int) -> Heard:
    heard = Heard()

    async def run() -> None:
        auditing = Auditing(thinkers, heard.keep, heard.give_up)
        await auditing.start()
        for number in range(count):
            auditing.add(entry(number))
        auditing.end()
        await auditing.run()
        await auditing.close()

    asyncio.run(asyncio.wait_for(run(), 10))
    return heard


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_each_recording_is_audited_once(processes: int, count: int) -> None:
    thinkers = [Answering() for _ in range(processes)]
    for one in thinkers:
        one.go_on.set()
    assert sorted(audited(thinkers, count).kept) == sorted(f"call-{number}" for number in range(count))
    assert all(one.closed for one in thinkers)


def test_who_comes_first_leaves_a_share_for_the_other() -> None:
    """With one process busy over its batch, the other has work as well, from the same heap."""
    first, second = Answering(), Answering()

    async def run() -> None:
        heard = Heard()
        auditing = Auditing([first, second], heard.keep, heard.give_up)
        for number in range(40):
            auditing.add(entry(number))
        auditing.end()
        running = asyncio.create_task(auditing.run())
        await first.asked.wait()
        await second.asked.wait()
        assert len(first.batches[0]) < 40 and len(second.batches[0]) > 1
        first.go_on.set()
        second.go_on.set()
        await running
        assert len(heard.kept) == 40

    asyncio.run(asyncio.wait_for(run(), 10))


def test_the_second_process_is_not_started_before_there_is_work_for_it() -> None:
    thinkers = [Answering(), Answering()]

    async def run() -> None:
        await Auditing(thinkers, lambda _: None, lambda *_: None).start()

    asyncio.run(run())
    assert [one.started for one in thinkers] == [True, False]


class Poisoned(Answering):
    """Dies of some entries, after it has answered what came before them; the next process begins afresh."""

    def __init__(self, *poison: str, deaths: int = 1000) -> None:
        super().__init__()
        self.poison, self.deaths = poison, deaths
        self.go_on.set()

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        self.batches.append([one.scenario for one in entries])
        for one in entries:
            if one.scenario in self.poison and self.deaths:
                self.deaths -= 1
                raise AuditFailed(f"it died, {len(entries)} in hand")
            yield not_run(one.scenario, "as asked")


def test_only_the_entry_that_kills_is_lost_and_is_asked_about_twice() -> None:
    thinker = Poisoned("call-3", "call-5")
    heard = audited([thinker], 8)
    assert sorted(heard.kept) == [f"call-{number}" for number in (0, 1, 2, 4, 6, 7)]
    cause = "asked twice, the second time alone: it died, 1 in hand; before that, with 8 together: it died, 8 in hand"
    assert heard.given_up == {"call-3": cause, "call-5": cause}
    assert thinker.batches == [[f"call-{n}" for n in range(8)], *([f"call-{n}"] for n in range(3, 8))]


def test_a_process_that_is_killed_once_costs_no_entry_and_no_result_is_asked_for_again() -> None:
    thinker = Poisoned("call-3", deaths=1)
    heard = audited([thinker], 8)
    assert heard.kept == [f"call-{number}" for number in range(8)]
    assert heard.given_up == {}


class Watched(Heard):
    """Tells when so many results are there."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.there = count, asyncio.Event()

    def keep(self, result: Result) -> None:
        super().keep(result)
        if len(self.kept) == self.count:
            self.there.set()


class Hanging(Answering):
    """Hangs over some entries; the next process begins afresh. Remembers over how many together it hung."""

    def __init__(self, *stuck: str) -> None:
        super().__init__()
        self.stuck, self.hung = stuck, list[int]()

    async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
        self.batches.append([one.scenario for one in entries])
        for one in entries:
            if one.scenario in self.stuck:
                self.hung.append(len(entries))
                raise AuditSilent("no answer")
            yield not_run(one.scenario, "as asked")


def test_after_one_has_hung_the_others_are_asked_about_alone_and_each_that_hangs_costs_its_own_time_once() -> None:
    thinker, heard = Hanging("call-1", "call-6", "call-8"), Watched(3)

    async def run() -> None:
        auditing = Auditing([thinker], heard.keep, heard.give_up)
        for number in range(4):
            auditing.add(entry(number))
        running = asyncio.create_task(auditing.run())
        await heard.there.wait()
        for number in range(4, 10):
            auditing.add(entry(number))
        auditing.end()
        await running

    asyncio.run(asyncio.wait_for(run(), 10))
    assert heard.kept == [f"call-{number}" for number in (0, 2, 3, 4, 5, 7, 9)]
    alone = "asked alone, for others had hung before: no answer"
    again = "asked twice, the second time alone: no answer"
    assert heard.given_up == {"call-1": again, "call-6": alone, "call-8": alone}
    assert thinker.hung == [4, 1, 1, 1]
    assert thinker.batches[1:] == [[f"call-{number}"] for number in range(1, 10)]


def test_what_merely_dies_alone_after_others_have_hung_is_asked_about_again() -> None:
    """A process may be killed by chance, and that costs nothing."""

    class HangsThenDies(Hanging):
        died = False

        async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
            if entries[0].scenario == "call-3" and len(entries) == 1 and not self.died:
                self.died = True
                raise AuditFailed("it died")
            async for one in super().audit(entries):
                yield one

    thinker, heard = HangsThenDies("call-0"), Watched(1)

    async def run() -> None:
        auditing = Auditing([thinker], heard.keep, heard.give_up)
        for number in range(2):
            auditing.add(entry(number))
        running = asyncio.create_task(auditing.run())
        await heard.there.wait()
        for number in range(2, 5):
            auditing.add(entry(number))
        auditing.end()
        await running

    asyncio.run(asyncio.wait_for(run(), 10))
    assert heard.kept == [f"call-{number}" for number in (1, 2, 3, 4)]
    assert set(heard.given_up) == {"call-0"}


def test_an_entry_that_no_answer_speaks_of_is_given_up() -> None:
    class Forgetful(Answering):
        async def audit(self, entries: Sequence[IndexEntry]) -> AsyncIterator[Result]:
            for one in entries[:0]:
                yield not_run(one.scenario, "never")

    why = "asked twice, the second time alone: the auditing process did not speak of it"
    assert audited([Forgetful()], 2).given_up == {"call-0": why, "call-1": why}


def test_a_bug_costs_what_was_in_hand_and_nothing_else() -> None:
    error, why = KeyError("x"), "bug in the harness: KeyError: 'x'"
    failing, healthy = Failing(error), Answering()
    failing.go_on.set()
    healthy.go_on.set()
    heard = audited([failing, healthy], 40)
    assert set(heard.kept) | set(heard.given_up) == {f"call-{number}" for number in range(40)}
    assert not set(heard.kept) & set(heard.given_up)
    assert set(heard.given_up.values()) == {why}
    of_healthy = {name for batch in healthy.batches for name in batch}
    assert of_healthy <= set(heard.kept)
