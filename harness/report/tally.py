"""What a run comes to: the headline, the counts, and what nobody looked at. Counted anew from the results."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from ..model.base import Party
from ..model.verdict import Outcome, Result, RunDocument, Status
from .text import plural


class Codes(StrEnum):
    """How the codes on the two screens compare; `ONE` and `NONE`: how many screens showed one."""

    EQUAL = "equal"
    DIFFER = "differ"
    ONE = "one only"
    NONE = "none"


@dataclass(frozen=True)
class Tally:
    """The run in numbers. `contradictions` are sentences about a summary that disagrees with its own results."""

    green: bool
    headline: str
    selected: int
    executed: int
    by_status: dict[Status, int]
    by_outcome: dict[Outcome, int]
    not_checked: dict[str, tuple[str, ...]]
    contradictions: tuple[str, ...]

    @property
    def not_run(self) -> int:
        return self.by_status[Status.NOT_RUN]


def compare_codes(result: Result) -> Codes:
    """Compare what the two screens showed, digit by digit."""
    shown = [result.codes[party] for party in Party if party in result.codes]
    if len(shown) < 2:
        return Codes.ONE if shown else Codes.NONE
    return Codes.EQUAL if shown[0] == shown[1] else Codes.DIFFER


def tally(document: RunDocument) -> Tally:
    """Count a run. Every status and every outcome has a count, also when it is zero."""
    results = document.results
    statuses = Counter(result.status for result in results)
    outcomes = Counter(result.outcome for result in results)
    contradictions = _contradictions(document, statuses, outcomes)
    green, headline = _headline(document, statuses, bool(contradictions))
    return Tally(
        green=green,
        headline=headline,
        selected=max(len(results), document.summary.selected),
        executed=len(results) - statuses[Status.NOT_RUN],
        by_status={status: statuses[status] for status in Status},
        by_outcome={outcome: outcomes[outcome] for outcome in Outcome},
        not_checked=_not_checked(results),
        contradictions=contradictions,
    )


def _headline(document: RunDocument, statuses: Counter[Status], contradicted: bool) -> tuple[bool, str]:
    """Gravest first; green only when every selected scenario is."""
    total, green = len(document.results), statuses[Status.AS_EXPECTED]
    if document.interrupted:
        return False, f"Interrupted: {plural(total - statuses[Status.NOT_RUN], 'scenario')} of {total} ended"
    if contradicted:
        return False, "The summary disagrees with its own results"
    if total == statuses[Status.NOT_RUN]:
        return False, "Nothing ran"
    if green == total:
        return True, "The scenario went as expected" if total == 1 else f"All {total} scenarios went as expected"
    known, lacking = statuses[Status.KNOWN_DEVIATION], len(document.unmet)
    if green + known + lacking == total:
        parts = [f"{green} of {plural(total, 'scenario')} went as expected"]
        parts += [f"{known} as the stack is known to deviate"] if known else []
        parts += [f"{lacking} did not run for want of something"] if lacking else []
        return False, ", ".join(parts)
    return False, f"{total - green - known - lacking} of {plural(total, 'scenario')} did not go as expected"


def _contradictions(document: RunDocument, statuses: Counter[Status], outcomes: Counter[Outcome]) -> tuple[str, ...]:
    summary = document.summary
    claims: list[tuple[str, int, int]] = [("selected", summary.selected, len(document.results))]
    claims += [(status, summary.by_status.get(status, 0), statuses[status]) for status in Status]
    claims += [(outcome, summary.by_outcome.get(outcome, 0), outcomes[outcome]) for outcome in Outcome]
    return tuple(
        f"the summary says {said} {name}, the results say {counted}"
        for name, said, counted in claims
        if said != counted
    )


def _not_checked(results: tuple[Result, ...]) -> dict[str, tuple[str, ...]]:
    """Each thing that was left out, with the scenarios in which it was."""
    left_out: dict[str, list[str]] = {}
    for result in results:
        for item in dict.fromkeys(result.not_checked):
            left_out.setdefault(item, []).append(result.scenario)
    return {item: tuple(scenarios) for item, scenarios in left_out.items()}
