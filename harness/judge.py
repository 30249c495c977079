"""The judge: (expectation, ground truth, findings) -> verdict.

The outcome (`outcomes`) says what happened to the call and never looks at what was expected. The status compares them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from .model.base import Asset, Party
from .model.deviation import Deviation
from .model.expectation import Expectation
from .model.finding import Finding, Reason, Severity
from .model.ground_truth import GroundTruth, Recovered
from .model.verdict import Outcome, Status, Verdict
from .model.visibility import Cell
from .outcomes import observe, outcome, own

Reached = Mapping[str, Collection[str]]
"""By place, a kind of file that the service keeps or a device: whose sound arrived there."""

_FILES: Final = frozenset({"recording", "capture", "captions", "transcription", "voicemail", "compliance"})
_GRAVE: Final = frozenset({Outcome.BREACH, Outcome.FALSE_ALARM})


def judge(
    expect: Expectation,
    truth: GroundTruth,
    recovered: Collection[Recovered],
    findings: Sequence[Finding],
    heard: Mapping[Party, Mapping[Asset, str]],
    beyond: Collection[Cell] = (),
    reached: Reached = MappingProxyType({}),
    stopped: Mapping[str, str] = MappingProxyType({}),
) -> Verdict:
    """The verdict on one recorded call. `beyond` are the cells of its visibility matrix that break a promise; `reached`
    says whose sound arrived where, `stopped` why devices were told to stop ringing.
    """
    seen = observe(truth, recovered, findings, heard, beyond)
    actual = Outcome.UNKNOWN if seen is None else outcome(seen)
    status, because = _status(expect, truth, recovered, findings, actual)
    if status is Status.AS_EXPECTED and (silent := [*_silent(expect, reached), *_rang_on(expect, stopped)]):
        status, because = Status.UNEXPECTED, f"{expect.outcome} as expected, but {silent[0]}"
    if status is Status.AS_EXPECTED and (unseen := _hidden(expect, beyond)):
        status, because = Status.WRONG_REASON, f"{expect.outcome} as expected, but not for {', '.join(unseen)}"
    if actual is Outcome.BREACH and status is Status.UNEXPECTED and beyond:
        because = f"{because}: {_seen_beyond(next(iter(beyond)))}"
    return Verdict(outcome=actual, status=status, because=because, intercepted=seen is not None and seen.intercepted)


def judge_stack(
    expect: Expectation,
    deviation: Deviation | None,
    truth: GroundTruth,
    recovered: Collection[Recovered],
    findings: Sequence[Finding],
    heard: Mapping[Party, Mapping[Asset, str]],
    beyond: Collection[Cell] = (),
    reached: Reached = MappingProxyType({}),
    stopped: Mapping[str, str] = MappingProxyType({}),
    *,
    mendable: bool = False,
) -> Verdict:
    """The verdict where the stack under test may have a known deviation: it must occur, exactly as it is known.

    One that is shown by another, which must, need not, where nothing else is wrong; that it did not is said. Nor need
    one that is `mendable`: a program may do right what the stack inside it does wrong.
    """
    right = judge(expect, truth, recovered, findings, heard, beyond, reached, stopped)
    if deviation is None:
        return right
    if right.status is Status.AS_EXPECTED and deviation.shown_by is not None:
        silent = f"{deviation.id} of {deviation.software} did not occur this time; {deviation.shown_by} must"
        return right.model_copy(update={"because": f"{right.because}; {silent}"})
    if right.status is Status.AS_EXPECTED and mendable:
        return right
    if right.status is Status.AS_EXPECTED:
        why = f"the known deviation {deviation.id} of {deviation.software} did not occur: {deviation.happens}"
        return right.model_copy(update={"status": Status.UNEXPECTED, "because": why})
    known = judge(deviation.expect, truth, recovered, findings, heard, beyond, reached, stopped)
    if known.status is Status.INCONCLUSIVE:
        return known
    if known.status is Status.AS_EXPECTED and known.outcome not in _GRAVE:
        why = f"{deviation.id} of {deviation.software}: {deviation.happens}"
        return known.model_copy(update={"status": Status.KNOWN_DEVIATION, "because": why})
    why = f"{known.because} (by the known deviation {deviation.id} of {deviation.software}, which has changed)"
    return known.model_copy(update={"because": why})


def _status(
    expect: Expectation,
    truth: GroundTruth,
    recovered: Collection[Recovered],
    findings: Sequence[Finding],
    actual: Outcome,
) -> tuple[Status, str]:
    """Gravest first: a breach is never hidden behind a missing tool."""
    if actual in _GRAVE and actual is not expect.outcome:
        return Status.UNEXPECTED, f"{actual} where {expect.outcome} was expected"
    stray = [found for found in recovered if not own(truth.markers, (found,))]
    if stray:
        return Status.ERROR, f"the adversary holds a {stray[0].asset} marker that nobody in this call sent"
    # Where a party was never there, an attack had nothing to meet: that is the cause, as it is in an honest call.
    if actual is Outcome.UNKNOWN and (silent := _unclear(findings, Reason.STATEMENT_MISSING)) is not None:
        return Status.INCONCLUSIVE, _could_not_tell(silent)
    undone = [deed for deed in truth.required if truth.deeds.get(deed, 0) < 1]
    if undone:
        return Status.INVALID, f"the attack cannot be shown to have happened: no {', no '.join(undone)}"
    # What the recording does not show may be what an auditor could not tell.
    if (unclear := _unclear(findings)) is not None:
        return Status.INCONCLUSIVE, _could_not_tell(unclear)
    unseen = sorted(set(expect.seen) - {finding.reason for finding in findings})
    # What shows that an attack was refused is missing where it succeeded: an alarm says so, and is not to be hidden.
    if unseen and not (actual is expect.outcome and _surplus(expect, findings)):
        return Status.INVALID, f"the recording does not show the attack: no {', no '.join(unseen)}"
    if not unseen and (few := _too_few(expect, findings)) is not None:
        return Status.INVALID, f"the recording does not show the attack: {few}"
    if actual is not expect.outcome:
        return Status.UNEXPECTED, f"{actual} where {expect.outcome} was expected"
    return _reasons(expect, findings)


def _unclear(findings: Sequence[Finding], *reasons: Reason) -> Finding | None:
    """The first answer that an auditor could not give, for one of these reasons or, where none is named, for any."""
    unclear = (one for one in findings if one.severity is Severity.INCONCLUSIVE)
    return next((one for one in unclear if not reasons or one.reason in reasons), None)


def _could_not_tell(unclear: Finding) -> str:
    return f"{unclear.auditor} could not tell: {unclear.reason} at {unclear.vantage}: {unclear.detail}"


def _too_few(expect: Expectation, findings: Sequence[Finding]) -> str | None:
    """Of what the recording shows fewer than an attack of this kind sends, as a sentence."""
    for reason, least in expect.at_least.items():
        counted = sum(one.count or 0 for one in findings if one.reason is reason)
        if counted < least:
            return f"{reason} {counted} times, where {least} are the least"
    return None


def _hidden(expect: Expectation, beyond: Collection[Cell]) -> list[str]:
    """What should have been plaintext beyond the promise and was not."""
    shown = {(one.content, one.observer) for one in beyond}
    return [str(one) for one in expect.beyond if (one.content, one.observer) not in shown]


def _silent(expect: Expectation, reached: Reached) -> list[str]:
    """What should have been heard somewhere and was not, or was and should not have been, as sentences."""
    missing = [
        f"nothing that {person} said is in {place}" if place in _FILES else f"{place} did not hear {person}"
        for place, people in expect.reached.items()
        for person in people
        if person not in reached.get(place, ())
    ]
    surplus = (
        f"{place} has the sound of {person}, too"
        for place, people in expect.reached.items()
        for person in sorted({*reached.get(place, ())} - {*people})
    )
    return [*missing, *surplus]


def _rang_on(expect: Expectation, stopped: Mapping[str, str]) -> list[str]:
    """Which device should have been told to stop ringing, and was not, or for another reason, as sentences."""
    return [
        f"{device} stopped ringing for {stopped.get(device) or 'no reason'}, not {why}"
        for device, why in expect.stopped.items()
        if stopped.get(device) != why
    ]


def _seen_beyond(cell: Cell) -> str:
    """What a cell says that breaks a promise, with the place."""
    return f"{cell.observer} has {cell.content} as plaintext ({cell.where}), where at most {cell.promised} is promised"


def _reasons(expect: Expectation, findings: Sequence[Finding]) -> tuple[Status, str]:
    """The right outcome for another reason is not a pass."""
    raised = {finding.reason for finding in findings if finding.severity is Severity.ALARM}
    missing = sorted(set(expect.because) - raised)
    if missing:
        return Status.WRONG_REASON, f"{expect.outcome} as expected, but nobody raised {', '.join(missing)}"
    if expect.either and raised.isdisjoint(expect.either):
        return Status.WRONG_REASON, f"{expect.outcome} as expected, but nobody raised {' or '.join(expect.either)}"
    surplus = _surplus(expect, findings)
    if surplus:
        return Status.WRONG_REASON, f"{expect.outcome} as expected, but also {', '.join(surplus)}"
    why = f" because {', '.join(expect.because)}" if expect.because else ""
    return Status.AS_EXPECTED, f"{expect.outcome}{why}"


def _surplus(expect: Expectation, findings: Sequence[Finding]) -> list[Reason]:
    """The alarms that nobody expected."""
    raised = {finding.reason for finding in findings if finding.severity is Severity.ALARM}
    return sorted(raised - set(expect.because) - set(expect.either) - set(expect.also))
