"""A recorded call: opened when every hash is right, and made the case that auditors are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .auditors.case import Case
from .evidence.files import EvidenceError, read
from .evidence.recording_folder import (
    HOPS,
    open_recording,
    read_ground_truth,
    read_plaintext,
    read_service_log,
    read_signalling,
    read_statements,
)
from .evidence.run_folder import Run, read_plan
from .inspection.inspect import Examination, examine
from .inspection.options import Options
from .inspection.parameters.policy import Policy
from .model.base import Party
from .model.ground_truth import GroundTruth
from .model.recording import Recording, SignalKind
from .model.run import IndexEntry
from .model.scenario import Scenario
from .model.statement import EndpointStatement
from .vantage import table, tcp, wire_rows
from .vantage.capture import CaptureError
from .vantage.table import PacketTable
from .vantage.tcp import Connection
from .vantage.views import View
from .vantage.wire_rows import WireRows
from .wire.keylog import parse_session_secrets
from .wire.rtp_dump import Dump, parse_dump

WIRE = "wire"
_WITH_SDP = (SignalKind.OFFER, SignalKind.ANSWER)


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


def open_entry(run: Run, entry: IndexEntry) -> Opened:
    """Read one recording; EvidenceError when a file is missing or differs from its hash."""
    scenario = read_plan(run.root, entry)
    root = run.root / str(entry.recording)
    last = _open_call(run, entry, scenario, root, entry.sha256)
    if len(last.recording.earlier) != scenario.call.earlier:
        raise EvidenceError(
            f"{root}: knows of {len(last.recording.earlier)} earlier calls, not {scenario.call.earlier}"
        )
    _check_adversary(root, scenario, last.truth)
    if (last.recording.memory is not None) is not scenario.memory:
        raise EvidenceError(f"{root}: whether memory was searched is not what its scenario asked for")
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


def _check_adversary(root: Path, scenario: Scenario, truth: GroundTruth) -> None:
    """A truth that tells of nobody, or asks nothing of whoever attacked, would let an attack count that never was."""
    if scenario.adversary is None:
        return
    if truth.adversary != scenario.adversary.kind:
        told = "of nobody" if truth.adversary is None else f"of a {truth.adversary}"
        raise EvidenceError(f"{root}: the ground truth tells {told}, and the adversary was a {scenario.adversary.kind}")
    if not truth.required:
        raise EvidenceError(f"{root}: the ground truth asks for nothing that its {truth.adversary} must have done")


def _check_markers(root: Path, recording: Recording, truth: GroundTruth) -> None:
    """Without the markers nothing could have been intercepted or delivered, and everything would look well."""
    expected = {(asset, party) for asset in recording.media for party in Party if recording.media_seconds > 0}
    expected |= {(asset, party) for asset, parties in recording.written.items() for party in parties}
    if sorted((marker.asset, marker.sender) for marker in truth.markers) != sorted(expected):
        raise EvidenceError(f"{root}: the ground truth does not hold one marker for each asset and direction")


def case_of(opened: Opened, view: View, policy: Policy, without: Sequence[str]) -> Case:
    """What a defender could have observed of the call; auditors that are left out cost nothing."""
    root, recording = opened.root, opened.recording
    tables, damage = _tables(root, recording)
    connections, unread = _service_connections(root, recording)
    wires, unseen = _wires(root, recording)
    return Case(
        recording=recording,
        tables=tables,
        damage=damage | unread | unseen,
        wires=wires,
        service_connections=connections,
        statements=opened.statements,
        signalling=read_signalling(root),
        keylogs={party: _keylog(root / "keys" / f"{party}.keylog") for party in Party},
        dissections=None
        if isinstance(view, str)
        else {one.name: view[path] for one in recording.vantages if (path := root / one.file) in view},
        policy=policy,
        examination=None if WIRE in without else _examined(opened),
        service_log=read_service_log(root),
        dumps=_dumps(root),
        earlier=tuple(case_of(one, view, policy, without) for one in opened.earlier),
    )


def _tables(root: Path, recording: Recording) -> tuple[dict[str, PacketTable], dict[str, str]]:
    """The packets of each leg, and why there are none of a leg whose capture is not sound."""
    tables: dict[str, PacketTable] = {}
    damage: dict[str, str] = {}
    for one in recording.vantages:
        try:
            tables[one.name] = table.read(root / one.file, one.near)
        except CaptureError as error:
            damage[one.name] = str(error).removeprefix(f"{root}/")
    return tables, damage


def _service_connections(root: Path, recording: Recording) -> tuple[dict[str, tuple[Connection, ...]], dict[str, str]]:
    """What each party and the service sent each other, and why that is not known of a leg."""
    connections: dict[str, tuple[Connection, ...]] = {}
    damage: dict[str, str] = {}
    for one in recording.service_legs:
        try:
            connections[one.name] = tcp.connections(root / one.file)
        except (CaptureError, ValueError) as error:
            damage[one.name] = str(error).removeprefix(f"{root}/")
    return connections, damage


def _wires(root: Path, recording: Recording) -> tuple[dict[str, WireRows], dict[str, str]]:
    """What passed each interface that somebody listened to, and why that is not known."""
    wires: dict[str, WireRows] = {}
    damage: dict[str, str] = {}
    for one in recording.wires:
        try:
            wires[one.name] = wire_rows.read(root / one.file)
        except CaptureError as error:
            damage[one.name] = str(error).removeprefix(f"{root}/")
    return wires, damage


def _examined(opened: Opened) -> Examination | None:
    """The captures of a recording, read as captures from anywhere are, with the keys of both endpoints."""
    root = opened.root
    keylogs = tuple((f"{party}.keylog", _text(root / "keys" / f"{party}.keylog")) for party in Party)
    signalling = tuple((f"signalling-{hop}.jsonl", _text(root / f"signalling-{hop}.jsonl")) for hop in HOPS)
    heard = [entry.message for entry in read_signalling(root) if entry.direction == "in"]
    sdp = tuple((f"{one.kind} of {one.sender}", one.body) for one in heard if one.kind in _WITH_SDP)
    captures = [root / one.file for one in opened.recording.vantages]
    try:
        return examine(captures, Options(sdp=sdp, keylogs=keylogs, texts=signalling))
    except CaptureError:
        return None  # not even the head of a capture is sound, which is said of its leg


def _dumps(root: Path) -> dict[Party, Dump]:
    """Of each party whose endpoint tells it."""
    told = {party: read_plaintext(root, party) for party in Party}
    return {party: parse_dump(dump.decode(errors="replace")) for party, dump in told.items() if dump is not None}


def _text(path: Path) -> str:
    return read(path).decode(errors="replace")


def _keylog(path: Path) -> dict[bytes, bytes]:
    try:
        return parse_session_secrets(_text(path))
    except EvidenceError:
        raise
    except ValueError as error:
        raise EvidenceError(f"{path}: {error}") from error
