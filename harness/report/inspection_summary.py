"""What is said first of inspected captures: one headline, and one line for each call and each kind of protection."""

from __future__ import annotations

from collections import Counter

from ..model.finding import Severity
from ..model.inspection import CallReport, CallVerdict, Inspection, Protection, Standing
from .text import plural

VERDICTS = {
    CallVerdict.INTERCEPTED: "intercepted",
    CallVerdict.NOT_INTERCEPTED: "not intercepted",
    CallVerdict.CANNOT_TELL: "cannot tell whether it was intercepted",
}


def headline(inspection: Inspection) -> str:
    """The gravest thing, in a few words."""
    verdicts = Counter(call.verdict for call in inspection.calls)
    alarms = sum(finding.severity is Severity.ALARM for finding in inspection.findings)
    unclear = sum(finding.severity is Severity.INCONCLUSIVE for finding in inspection.findings)
    if verdicts[CallVerdict.INTERCEPTED]:
        return f"{_of(verdicts[CallVerdict.INTERCEPTED], len(inspection.calls))} intercepted"
    if alarms:
        return plural(alarms, "alarm")
    if inspection.standing is Standing.EMPTY:
        return "There is no packet in it"
    if unclear:
        return f"Not everything could be looked at: {plural(unclear, 'inconclusive finding')}"
    if verdicts[CallVerdict.NOT_INTERCEPTED]:
        return f"{_of(verdicts[CallVerdict.NOT_INTERCEPTED], len(inspection.calls))} not intercepted"
    return "Nothing alarming; whether a call was intercepted cannot be told from this"


def protections(inspection: Inspection) -> dict[Protection, int]:
    """How many streams have which protection, every kind named."""
    counts = Counter(stream.protection for stream in inspection.streams)
    return {protection: counts[protection] for protection in Protection}


def call_title(call: CallReport) -> str:
    """One line on a call: the verdict, and between which captures."""
    return f"{VERDICTS[call.verdict]} ({', '.join(call.captures)})"


def _of(count: int, total: int) -> str:
    return "The call was" if total == 1 else f"{count} of {total} calls {'was' if count == 1 else 'were'}"
