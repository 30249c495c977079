"""The thinking half: recordings in, results out. From files alone, so the answer is the same whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from .auditors import AUDITORS
from .auditors.case import Case
from .evidence.files import EvidenceError, read
from .evidence.recording_folder import (
    HOPS,
    LOOT,
    open_recording,
    read_ground_truth,
    read_signalling,
    read_statements,
)
from .evidence.run_folder import Run, open_run, read_plan
from .inspection.inspect import Examination, examine
from .inspection.options import Options
from .inspection.parameters.policy import Policy
from .judge import judge_stack
from .markers.recover import recover
from .model.base import Asset, Party
from .model.deviation import Deviation
from .model.finding import Finding, Reason, Severity
from .model.ground_truth import GroundTruth, Recovered
from .model.recording import Recording, SignalKind
from .model.run import IndexEntry, RunHeader
from .model.scenario import Scenario
from .model.statement import EndpointStatement
from .model.verdict import Outcome, Result, RunDocument, Status, Summary
from .self_test import self_test
from .vantage import dissect, table
from .vantage.capture import CaptureError
from .vantage.loot import read_loot
from .vantage.tshark import DissectError
from .wire.keylog import parse_keylog

WIRESHARK, WIRE = "wireshark", "wire"
_WITH_SDP = (SignalKind.OFFER, SignalKind.ANSWER)
BATCH = 256
"""Recordings whose captures are given to one tshark, whose start takes a second."""


@dataclass(frozen=True)
class Opened:
    """A recording that was read and whose hashes were right, with the scenario it belongs to."""

    entry: IndexEntry
    scenario: Scenario
    root: Path
    recording: Recording
    truth: GroundTruth
    statements: dict[Party, EndpointStatement]
    earlier: tuple[Opened, ...] = ()


def audit_run(root: Path, policy: Policy) -> RunDocument:
    """Everything a run recorded, audited and judged again; EvidenceError when the evidence does not verify."""
    run = open_run(root)
    results = {result.scenario: result for result in audit_entries(run, run.entries, policy)}
    return document(run, results, interrupted=bool(run.not_ended))


def audit_entries(run: Run, entries: Sequence[IndexEntry], policy: Policy) -> Iterator[Result]:
    """One result per entry, in order. `without` of the run's header says which auditors are left out."""
    remaining = iter(entries)
    while batch := list(islice(remaining, BATCH)):
        opened = [open_entry(run, entry) for entry in batch if entry.recording is not None]
        views = {} if WIRESHARK in run.header.without else _dissected(opened)
        by_name = {one.entry.scenario: one for one in opened}
        for entry in batch:
            if entry.scenario in by_name:
                yield _result(by_name[entry.scenario], views, run.header, policy)
            else:
                yield failed_result(read_plan(run.root, entry), entry.error or "not recorded", entry.seconds)


def open_entry(run: Run, entry: IndexEntry) -> Opened:
    """Read one recording; EvidenceError when a file is missing or differs from its hash."""
    scenario = read_plan(run.root, entry)
    root = run.root / str(entry.recording)
    last = _open_call(run, entry, scenario, root, entry.sha256)
    if len(last.recording.earlier) != scenario.call.earlier:
        raise EvidenceError(
            f"{root}: knows of {len(last.recording.earlier)} earlier calls, not {scenario.call.earlier}"
        )
    earlier = tuple(
        _open_call(run, entry, scenario, root.parent / one.call, one.sha256) for one in last.recording.earlier
    )
    return replace(last, earlier=earlier)


def _open_call(run: Run, entry: IndexEntry, scenario: Scenario, root: Path, digest: str | None) -> Opened:
    recording = open_recording(root, digest)
    if (recording.run, recording.scenario, recording.call) != (run.header.run, entry.scenario, root.name):
        raise EvidenceError(f"{root}: belongs to {recording.run}/{recording.scenario}/{recording.call}")
    truth = read_ground_truth(root)
    _check_markers(root, recording, truth)
    return Opened(entry, scenario, root, recording, truth, read_statements(root))


def _check_markers(root: Path, recording: Recording, truth: GroundTruth) -> None:
    """Without the markers nothing could have been intercepted or delivered, and everything would look well."""
    expected = {(asset, party) for asset in recording.media for party in Party if recording.media_seconds > 0}
    if sorted((marker.asset, marker.sender) for marker in truth.markers) != sorted(expected):
        raise EvidenceError(f"{root}: the ground truth does not hold one marker for each asset and direction")


def document(run: Run, results: dict[str, Result], *, interrupted: bool = False) -> RunDocument:
    """The results in the order of selection; a scenario without one is counted as not run."""
    for name in run.header.selected:
        if name not in results:
            results[name] = _without_call(name, Status.NOT_RUN, "interrupted before it ended")
    ordered = tuple(results[name] for name in run.header.selected)
    return RunDocument(
        run=run.header.run,
        provenance=run.header.provenance,
        summary=summarise(ordered),
        results=ordered,
        interrupted=interrupted,
        self_test=self_test(run.header.self_test, _plans(run), results),
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
    return tuple(
        Recovered(asset=Asset(asset), sender=sender, marker=f"{marker:016x}") for asset, sender, marker in sorted(found)
    )


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


def _result(opened: Opened, views: _Views, header: RunHeader, policy: Policy) -> Result:
    scenario, truth, without = opened.scenario, opened.truth, header.without
    findings = _findings(_case(opened, views, policy, without), without, views)
    recovered = recovered_markers(opened.root, truth)
    heard = {party: statement.heard for party, statement in opened.statements.items()}
    deviation = _deviation(opened, header.deviations)
    verdict = judge_stack(scenario.expect, deviation, truth, recovered, findings, heard)
    return Result(
        scenario=scenario.id,
        title=scenario.title,
        family=scenario.family,
        expected=scenario.expect.outcome,
        outcome=verdict.outcome,
        status=verdict.status,
        because=verdict.because,
        codes={party: one.screen.code for party, one in opened.statements.items() if one.screen.code is not None},
        intercepted=bool(recovered),
        findings=findings,
        not_checked=tuple(without),
        deviation=None if deviation is None else deviation.id,
        recording=opened.entry.recording,
        calls=1 + len(opened.earlier),
        packets=sum(one.packets for call in (opened, *opened.earlier) for one in call.recording.vantages),
        seconds=opened.entry.seconds,
    )


def _deviation(opened: Opened, known: Sequence[Deviation]) -> Deviation | None:
    """What is known to go otherwise with the software that these endpoints say they run."""
    software = [statement.software for statement in opened.statements.values()]
    return next((one for one in known if one.applies(opened.scenario.id, software)), None)


_Views = dict[Path, dissect.Dissection] | str
"""Wireshark's view per capture; or, where there is none, why."""


def _dissected(opened: Sequence[Opened]) -> _Views:
    """A tool that is missing or breaks is named, and then every call of the batch is inconclusive."""
    calls = [call for one in opened for call in (one, *one.earlier)]
    paths = [one.root / vantage.file for one in calls for vantage in one.recording.vantages]
    try:
        return dissect.dissect(paths)
    except DissectError as error:
        return str(error)


def _case(opened: Opened, views: _Views, policy: Policy, without: Sequence[str]) -> Case:
    root, recording = opened.root, opened.recording
    try:
        tables = {one.name: table.read(root / one.file, one.near) for one in recording.vantages}
    except CaptureError as error:
        raise EvidenceError(str(error)) from error
    return Case(
        recording=recording,
        tables=tables,
        statements=opened.statements,
        signalling=read_signalling(root),
        keylogs={party: _keylog(root / "keys" / f"{party}.keylog") for party in Party},
        dissections=None
        if isinstance(views, str)
        else {one.name: views[path] for one in recording.vantages if (path := root / one.file) in views},
        policy=policy,
        examination=None if WIRE in without else _examined(opened),
        earlier=tuple(_case(one, views, policy, without) for one in opened.earlier),
    )


def _examined(opened: Opened) -> Examination:
    """The captures of a recording, read as captures from anywhere are, with the keys of both endpoints."""
    root = opened.root
    keylogs = tuple((f"{party}.keylog", _text(root / "keys" / f"{party}.keylog")) for party in Party)
    signalling = tuple((f"signalling-{hop}.jsonl", _text(root / f"signalling-{hop}.jsonl")) for hop in HOPS)
    heard = [entry.message for entry in read_signalling(root) if entry.direction == "in"]
    sdp = tuple((f"{one.kind} of {one.sender}", one.body) for one in heard if one.kind in _WITH_SDP)
    captures = [root / one.file for one in opened.recording.vantages]
    try:
        return examine(captures, Options(sdp=sdp, keylogs=keylogs, texts=signalling))
    except CaptureError as error:
        raise EvidenceError(str(error)) from error


def _text(path: Path) -> str:
    return read(path).decode(errors="replace")


def _keylog(path: Path) -> dict[bytes, bytes]:
    try:
        return parse_keylog(_text(path))
    except EvidenceError:
        raise
    except ValueError as error:
        raise EvidenceError(f"{path}: {error}") from error


def _findings(case: Case, without: Sequence[str], views: _Views) -> tuple[Finding, ...]:
    """What the auditors say of the call, and of each earlier one where it was not as quiet as an honest call is."""
    findings: list[Finding] = []
    for one in case.earlier:
        loud = (found for found in _findings(one, without, views) if found.severity in _LOUD)
        findings += [found.model_copy(update={"vantage": f"{one.recording.call} {found.vantage}"}) for found in loud]
    for auditor in AUDITORS:
        if auditor.name in without:
            continue
        if auditor.name == WIRESHARK and isinstance(views, str):
            findings.append(_tool_failed(views))
        else:
            findings.extend(auditor.audit(case))
    return tuple(findings)


_LOUD = (Severity.ALARM, Severity.INCONCLUSIVE)


def _tool_failed(why: str) -> Finding:
    return Finding(
        auditor=WIRESHARK, reason=Reason.TOOL_FAILED, severity=Severity.INCONCLUSIVE, vantage="call", detail=why[:1000]
    )


def _without_call(name: str, status: Status, why: str) -> Result:
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
        seconds=0.0,
    )
