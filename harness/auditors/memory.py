"""Does somebody who only carries packets hold a key of the call, or what was said in it? His memory says.

A search that finds nothing says something only where the same search finds what is there: in each intermediary a word
that it was told, and in an endpoint the keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.memory import Holder, MemorySearch, SearchTime, Sighting, Sought
from ..model.voice import Voice, counted
from .case import Case

NAME: Final = "memory"
_say = Voice(NAME)
_FOUND: Final = {Sought.KEY: Reason.KEY_IN_MEMORY, Sought.CONTENT: Reason.CONTENT_IN_MEMORY}


def audit(case: Case) -> tuple[Finding, ...]:
    """Every search that was made of a process, and whether those that had to be made were."""
    searches = case.recording.memory
    if searches is None:
        return (_say.fact(Reason.MEMORY_NOT_SEARCHED, CALL_WIDE, "nobody was asked to search a process"),)
    alarms = tuple(_alarms(searches))
    doubts = tuple(_doubts(searches))
    return (*alarms, *doubts) if alarms or doubts else (_clean(searches),)


def _alarms(searches: tuple[MemorySearch, ...]) -> Iterator[Finding]:
    """What is proved by what was found, however little was searched."""
    for one in searches:
        if one.holder is Holder.INTERMEDIARY:
            for sought, reason in _FOUND.items():
                if seen := one.seen(sought):
                    yield _say.alarm(reason, one.process, f"{one.when} the call: {_listed(seen)}")


def _listed(seen: tuple[Sighting, ...]) -> str:
    return ", ".join(f"{one.needle} ({counted(one.times, 'time')}, first in {one.mapping})" for one in seen[:6])


def _doubts(searches: tuple[MemorySearch, ...]) -> Iterator[Finding]:
    for one in searches:
        if (why := _fault(one)) is not None:
            yield _say.inconclusive(Reason.MEMORY_UNSEEN, one.process, f"{one.when} the call: {why}")
    processes = dict.fromkeys(one.process for one in searches if one.holder is Holder.INTERMEDIARY)
    if not processes:
        yield _say.inconclusive(Reason.MEMORY_UNSEEN, CALL_WIDE, "no intermediary was searched")
    for process in processes:
        made = {one.when for one in searches if one.process == process}
        for when in SearchTime:
            if when not in made:
                yield _say.inconclusive(Reason.MEMORY_UNSEEN, process, f"it was not searched {when} the call")
    if not any(one.holder is Holder.ENDPOINT and one.seen(Sought.KEY) for one in searches):
        detail = "no endpoint was seen to hold a key, so nobody knows that the search sees keys"
        yield _say.inconclusive(Reason.MEMORY_UNSEEN, CALL_WIDE, detail)


def _fault(one: MemorySearch) -> str | None:
    """Why a search says nothing of what it did not find."""
    if one.problem is not None:
        return one.problem
    if not one.searched:
        return "nothing of its memory was read"
    if one.unread and one.holder is Holder.INTERMEDIARY:
        return f"{counted(one.unread, 'byte')} of its memory could not be read"
    for sought in _FOUND:
        if not one.needles.get(sought):
            return f"there was no {sought} of the call to search for"
    if one.holder is Holder.INTERMEDIARY and not one.seen(Sought.OWN_WORD):
        return "the word that it was told was not found in it"
    return None


def _clean(searches: tuple[MemorySearch, ...]) -> Finding:
    carried = [one for one in searches if one.holder is Holder.INTERMEDIARY]
    most = max(carried, key=lambda one: one.searched)
    names = ", ".join(dict.fromkeys(one.process for one in carried))
    detail = (
        f"{names}: none of {counted(most.needles[Sought.KEY], 'key')} and {most.needles[Sought.CONTENT]} pieces of "
        f"media and chat in up to {most.searched >> 20} MiB, during the call and after it; both controls were found"
    )
    return _say.fact(Reason.MEMORY_CLEAN, CALL_WIDE, detail)
