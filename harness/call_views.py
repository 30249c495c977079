"""Reads recordings for the eye: what the report shows of a call beyond its result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .evidence.recording_folder import (
    open_recording,
    read_ground_truth,
    read_screen,
    read_signalling,
    read_statements,
)
from .model.base import Party
from .model.recording import Vantage
from .model.verdict import Result, RunDocument
from .report.call_view import CallView, PacketFlow
from .vantage import table
from .vantage.capture import CaptureError
from .wire.demux import PacketClass


def call_views(root: Path, document: RunDocument) -> tuple[CallView, ...]:
    """A view of each result that has a recording, in order. EvidenceError when one has changed since it was audited."""
    return tuple(_view(result, root / result.recording) for result in document.results if result.recording is not None)


def _view(result: Result, folder: Path) -> CallView:
    statements = read_statements(folder)
    return CallView(
        result=result,
        signalling=read_signalling(folder),
        flows=tuple(flow for one in open_recording(folder).vantages for flow in _flows(folder, one)),
        screens={party: statement.screen for party, statement in statements.items()},
        history={party: statement.screens for party, statement in statements.items()},
        adversary=read_ground_truth(folder).adversary,
        pictures={party: png for party in Party if (png := read_screen(folder, party)) is not None},
    )


def _flows(folder: Path, vantage: Vantage) -> Iterator[PacketFlow]:
    try:
        packets = table.read(folder / vantage.file, vantage.near)
    except CaptureError:
        return  # a finding says so
    for klass in PacketClass:
        mine = packets.klass == klass
        if not mine.any():
            continue
        sent = int(np.count_nonzero(packets.outward[mine]))
        yield PacketFlow(
            vantage=vantage.name,
            party=vantage.party,
            klass=klass.name,
            sent=sent,
            received=int(np.count_nonzero(mine)) - sent,
            first=float(packets.time[mine][0]),
        )
