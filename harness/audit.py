"""The thinking half: recordings in, results out. From files alone, so the answer is the same whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from traceback import extract_tb

from .auditors import AUDITORS
from .auditors.case import Case
from .ends import ends
from .evidence.files import EvidenceError
from .evidence.recording_folder import LOOT, read_received
from .evidence.run_folder import Run, open_run, read_plan
from .inspection.parameters.policy import Policy
from .judge import judge_stack
from .markers import chat
from .markers.recover import recover
from .model.base import MEDIA, Asset, Party
from .model.deviation import Deviation
from .model.endpoints import EndpointKind
from .model.finding import Finding, Reason, Severity
from .model.ground_truth import GroundTruth, Recovered
from .model.run import IndexEntry, RunHeader
from .model.scenario import Family, Scenario
from .model.verdict import Outcome, Result, RunDocument, Status, Summary
from .packet_flows import packet_flows
from .recorded_call import Opened, case_of, open_entry
from .self_test import self_test
from .vantage.capture import CaptureError
from .vantage.loot import read_loot
from .vantage.views import View, views
from .visibility import reached, stopped, visibility

WIRESHARK = "wireshark"
BATCH = 256
"""Recordings whose captures are given to one tshark, whose start takes a second."""


def audit_run(root: Path, policy: Policy) -> RunDocument:
    """Everything a run recorded, audited and judged again; EvidenceError when the evidence does not verify."""
    run = open_run(root)
    results = {result.scenario: result for result in audit_entries(run, run.entries, policy)}
    return document(run, results, interrupted=bool(run.not_ended))


def audit_entries(
    run: Run, entries: Sequence[IndexEntry], policy: Policy, *, each_alone: bool = False
) -> Iterator[Result]:
    """One result per entry, in order. `without` of the run's header says which auditors are left out.

    EvidenceError for evidence that does not verify; `each_alone`, it is an error of that scenario and of no other. A
    bug of ours is so in any case.
    """
    remaining = iter(entries)
    while batch := list(islice(remaining, BATCH)):
        opened = [_opened_or_failed(run, entry, each_alone) for entry in batch]
        seen = [one for one in opened if isinstance(one, Opened)]
        shown = iter([{}] * len(seen) if WIRESHARK in run.header.without else _dissected(seen))
        for one in opened:
            yield one if isinstance(one, Result) else _audited(one, next(shown), run.header, policy, each_alone)


def _opened_or_failed(run: Run, entry: IndexEntry, each_alone: bool) -> Opened | Result:
    try:
        if entry.recording is not None:
            return open_entry(run, entry)
        return failed_result(read_plan(run.root, entry), entry.error or "not recorded", entry.seconds)
    except EvidenceError as error:
        if not each_alone:
            raise
        return _without_call(entry.scenario, Status.ERROR, f"{_DOES_NOT_VERIFY}: {error}", entry.seconds)


def _audited(opened: Opened, view: View, header: RunHeader, policy: Policy, each_alone: bool) -> Result:
    try:
        return _result(opened, view, header, policy)
    except EvidenceError as error:
        if not each_alone:
            raise
        why = f"{_DOES_NOT_VERIFY}: {error}"
    except Exception as error:  # noqa: BLE001 - a bug of ours must not take the other scenarios with it
        frame = extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        why = f"bug in the harness at {place}: {type(error).__name__}: {error}"[:2000]
    return failed_result(opened.scenario, why, opened.entry.seconds)


_INFORMING = tuple(auditor.name for auditor in AUDITORS if auditor.informs)
_DOES_NOT_VERIFY = "the evidence does not verify"


def document(run: Run, results: dict[str, Result], *, interrupted: bool = False) -> RunDocument:
    """The results in the order of selection; a scenario without one is counted as not run."""
    whys = {one.scenario: one.why for one in run.header.unmet}
    for name in run.header.selected:
        if name not in results:
            results[name] = not_run(name, whys.get(name, "interrupted before it ended"))
    ordered = tuple(results[name] for name in run.header.selected)
    return RunDocument(
        run=run.header.run,
        provenance=run.header.provenance,
        summary=summarise(ordered),
        results=ordered,
        interrupted=interrupted,
        self_test=self_test(
            run.header.self_test,
            _plans(run),
            results,
            run.header.without,
            _INFORMING,
            {one.scenario for one in run.header.unmet},
        ),
        unmet=run.header.unmet,
    )


def _plans(run: Run) -> dict[str, Scenario]:
    """The scenarios that ran, when a self-test is to be judged by them."""
    return {entry.scenario: read_plan(run.root, entry) for entry in run.entries} if run.header.self_test else {}


def summarise(results: Sequence[Result]) -> Summary:
    """Counts over all selected scenarios."""
    return Summary(
        selected=len(results),
        executed=sum(result.status is not Status.NOT_RUN for result in results),
        by_status={status: count for status in Status if (count := sum(r.status is status for r in results))},
        by_outcome={outcome: count for outcome in Outcome if (count := sum(r.outcome is outcome for r in results))},
    )


def not_run(name: str, why: str) -> Result:
    """The result of a scenario of which no call was made."""
    return _without_call(name, Status.NOT_RUN, why)


def failed_result(scenario: Scenario, error: str, seconds: float) -> Result:
    """The result of a scenario whose call could not be held or recorded by the harness."""
    expected = scenario.expect.outcome
    empty = _without_call(scenario.id, Status.ERROR, error)
    return empty.model_copy(
        update={"title": scenario.title, "family": scenario.family, "expected": expected, "seconds": seconds}
    )


def recovered_markers(root: Path, truth: GroundTruth) -> tuple[Recovered, ...]:
    """Decode what the adversary wrote down, from its file alone."""
    if truth.loot is None:
        return ()
    if truth.loot != LOOT:
        raise EvidenceError(f"{root}: the adversary's file has an unexpected name: {truth.loot!r}")
    loot = _loot(root / LOOT, truth.loot_packets)
    found = {(asset, sender, marker) for sender, packets in loot.items() for asset, _ssrc, marker in recover(packets)}
    written = ((sender, marker) for sender, pieces in loot.items() for one in pieces for marker in chat.markers(one))
    found |= {(Asset.CHAT, sender, marker) for sender, marker in written}
    return tuple(
        Recovered(asset=Asset(asset), sender=sender, marker=f"{marker:016x}") for asset, sender, marker in sorted(found)
    )


def _received(opened: Opened, party: Party) -> dict[Asset, str]:
    """The marker in the file that a party got, if it got one that has any."""
    found = chat.markers(read_received(opened.root, party))
    return {Asset.FILE: f"{found[0]:016x}"} if found else {}


def _loot(path: Path, count: int) -> dict[Party, tuple[bytes, ...]]:
    """What the adversary wrote down; EvidenceError when it is not all there, for then nobody knows what it got."""
    try:
        loot = read_loot(path)
    except CaptureError as error:
        raise EvidenceError(str(error)) from error
    found = sum(len(packets) for packets in loot.values())
    if found != count:
        raise EvidenceError(f"{path}: holds {found} pieces where the adversary wrote down {count}")
    return loot


def _result(opened: Opened, view: View, header: RunHeader, policy: Policy) -> Result:
    scenario, truth, without = opened.scenario, opened.truth, header.without
    case = case_of(opened, view, policy, without)
    findings = _findings(case, without, view)
    seen = visibility(opened, case, findings)
    arrived = reached(opened, case) if scenario.expect.reached else {}
    recovered = recovered_markers(opened.root, truth)
    heard = {party: {**statement.heard, **_received(opened, party)} for party, statement in opened.statements.items()}
    deviation = _deviation(opened, header.deviations)
    still = stopped(opened, case) if scenario.expect.stopped else {}
    expect = scenario.expect.of(scenario.endpoints.stacks)
    mendable = EndpointKind.PROGRAM in (scenario.endpoints.alice, scenario.endpoints.bob)
    verdict = judge_stack(
        expect, deviation, truth, recovered, findings, heard, seen.beyond, arrived, still, mendable=mendable
    )
    return Result(
        scenario=scenario.id,
        title=scenario.title,
        family=scenario.family,
        expected=scenario.expect.outcome,
        outcome=verdict.outcome,
        status=verdict.status,
        because=verdict.because,
        codes={party: screen.code for party, screen in case.shown.items() if screen.code is not None},
        intercepted=any(one.asset in MEDIA for one in recovered) or verdict.intercepted,
        findings=findings,
        visibility=seen,
        not_checked=tuple(without),
        deviation=None if deviation is None else deviation.id,
        recording=opened.entry.recording,
        calls=1 + len(opened.earlier),
        flows=packet_flows(case),
        ends=ends(case),
        packets=sum(one.packets for call in (opened, *opened.earlier) for one in call.recording.vantages),
        seconds=opened.entry.seconds,
    )


def _deviation(opened: Opened, known: Sequence[Deviation]) -> Deviation | None:
    """What is known to go otherwise with the software that these endpoints say they run; of specimens nothing is."""
    if opened.scenario.family is Family.SPECIMENS:
        return None
    software = {party: statement.software for party, statement in opened.statements.items()}
    applying = [one for one in known if one.applies(opened.scenario.id, software)]
    # What is known of these two stacks together says more than what is known of one with whomever.
    return next((one for one in applying if one.between), applying[0] if applying else None)


def _dissected(opened: Sequence[Opened]) -> list[View]:
    """Wireshark's view of each recording, its earlier calls included."""
    recordings = [
        [call.root / vantage.file for call in (one, *one.earlier) for vantage in call.recording.vantages]
        for one in opened
    ]
    return views(recordings) if recordings else []


def _findings(case: Case, without: Sequence[str], view: View) -> tuple[Finding, ...]:
    """What the auditors say of the call, and of each earlier one where it was not as quiet as an honest call is."""
    findings: list[Finding] = []
    for one in case.earlier:
        loud = (found for found in _findings(one, without, view) if found.severity in _LOUD)
        findings += [found.model_copy(update={"vantage": f"{one.recording.call} {found.vantage}"}) for found in loud]
    for auditor in AUDITORS:
        if auditor.name in without:
            continue
        if auditor.name == WIRESHARK and isinstance(view, str):
            findings.append(_tool_failed(view))
        else:
            findings.extend(auditor.audit(case))
    return tuple(findings)


_LOUD = (Severity.ALARM, Severity.INCONCLUSIVE)


def _tool_failed(why: str) -> Finding:
    return Finding(
        auditor=WIRESHARK, reason=Reason.TOOL_FAILED, severity=Severity.INCONCLUSIVE, vantage="call", detail=why[:1000]
    )


def _without_call(name: str, status: Status, why: str, seconds: float = 0.0) -> Result:
    return Result(
        scenario=name,
        title=name,
        family="",
        expected=Outcome.UNKNOWN,
        outcome=Outcome.UNKNOWN,
        status=status,
        because=why,
        codes={},
        intercepted=False,
        findings=(),
        recording=None,
        seconds=seconds,
    )
