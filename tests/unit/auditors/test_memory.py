"""What is found in an intermediary's memory is an alarm; nothing found counts only if the search could see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.auditors.memory import audit
from harness.model.finding import CALL_WIDE, Finding, Reason, Severity
from harness.model.memory import Holder, MemorySearch, SearchTime, Sighting, Sought

from .answers import detail, raised
from .stage import honest_call

HONEST = honest_call().case()
WORD = Sighting(needle="own word", sought=Sought.OWN_WORD, times=2, mapping="[heap]")
KEY = Sighting(needle="master key out of alice 1", sought=Sought.KEY, times=3, mapping="anonymous")
MEDIA = Sighting(needle="media of bob 4", sought=Sought.CONTENT, times=1, mapping="[heap]")
DURING, AFTER = SearchTime


def one(when: SearchTime, *sightings: Sighting, **changes: Any) -> MemorySearch:
    """One search of coturn that read everything, and found these."""
    search = MemorySearch(
        process="coturn",
        holder=Holder.INTERMEDIARY,
        pid=7,
        when=when,
        regions=9,
        searched=60 << 20,
        unread=0,
        needles={Sought.KEY: 11, Sought.CONTENT: 20, Sought.OWN_WORD: 1},
        sightings=sightings,
    )
    return search.model_copy(update=changes)


def device(*sightings: Sighting, **changes: Any) -> MemorySearch:
    return one(DURING, *sightings, process="bob", holder=Holder.ENDPOINT, **changes)


QUIET = (one(DURING, WORD), one(AFTER, WORD), device(KEY, MEDIA))


def found(*searches: MemorySearch) -> tuple[Finding, ...]:
    return audit(replace(HONEST, recording=HONEST.recording.model_copy(update={"memory": searches})))


def test_a_relay_without_a_key_is_clean_when_both_controls_were_seen() -> None:
    findings = found(*QUIET)
    assert {(one.reason, one.severity) for one in findings} == {(Reason.MEMORY_CLEAN, Severity.FACT)}
    assert "none of 11 keys and 20 pieces of media and chat in up to 60 MiB" in detail(findings, Reason.MEMORY_CLEAN)


def test_a_call_of_which_nobody_asked_it_says_that_nothing_was_searched() -> None:
    assert HONEST.recording.memory is None
    assert raised(audit(HONEST), Severity.FACT) == {Reason.MEMORY_NOT_SEARCHED}


@pytest.mark.parametrize(("seen", "reason"), [(KEY, Reason.KEY_IN_MEMORY), (MEDIA, Reason.CONTENT_IN_MEMORY)])
@pytest.mark.parametrize("when", SearchTime)
def test_what_a_relay_holds_at_either_time_is_an_alarm_by_name(
    seen: Sighting, reason: Reason, when: SearchTime
) -> None:
    findings = found(*(one(time, WORD, *([seen] if time is when else [])) for time in SearchTime), device(KEY))
    assert raised(findings) == {reason}
    said = detail(findings, reason)
    assert said.startswith(f"{when} the call: {seen.needle} (")
    assert said.endswith(f"first in {seen.mapping})")
    assert Reason.MEMORY_CLEAN not in raised(findings, Severity.FACT)


def test_what_was_found_stays_an_alarm_however_little_was_searched() -> None:
    findings = found(one(DURING, KEY, unread=4096))
    assert raised(findings) == {Reason.KEY_IN_MEMORY}
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.MEMORY_UNSEEN}


BLIND = {
    "could not be read: gone": (one(DURING, problem="it could not be read: gone"), *QUIET[1:]),
    "nothing of its memory was read": (one(DURING, WORD, searched=0), *QUIET[1:]),
    "4096 bytes of its memory could not be read": (QUIET[0], one(AFTER, WORD, unread=4096), QUIET[2]),
    "no key of the call to search for": (
        one(DURING, WORD, needles={Sought.KEY: 0, Sought.CONTENT: 20}),
        *QUIET[1:],
    ),
    "no content of the call to search for": (one(DURING, WORD, needles={Sought.KEY: 11}), *QUIET[1:]),
    "the word that it was told was not found in it": (one(DURING), *QUIET[1:]),
    "it was not searched after the call": (QUIET[0], QUIET[2]),
    "it was not searched during the call": (QUIET[1], QUIET[2]),
    "no intermediary was searched": (QUIET[2],),
    "nobody knows that the search sees keys": (*QUIET[:2], device(MEDIA)),
}


@pytest.mark.parametrize("why", BLIND)
def test_a_search_that_was_blind_is_not_passed(why: str) -> None:
    findings = found(*BLIND[why])
    assert {(one.reason, one.severity) for one in findings} == {(Reason.MEMORY_UNSEEN, Severity.INCONCLUSIVE)}
    assert why in detail(findings, Reason.MEMORY_UNSEEN)


def test_no_search_at_all_is_not_passed() -> None:
    assert raised(found(), Severity.INCONCLUSIVE) == {Reason.MEMORY_UNSEEN}
    assert {one.vantage for one in found()} == {CALL_WIDE}


def test_pages_of_a_device_that_cannot_be_read_do_not_matter_where_its_keys_were_seen() -> None:
    assert raised(found(*QUIET[:2], device(KEY, unread=8192)), Severity.FACT) == {Reason.MEMORY_CLEAN}
