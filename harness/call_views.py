"""Reads recordings for the eye: what the report shows of a call beyond its result."""

from __future__ import annotations

from pathlib import Path

from .evidence.recording_folder import (
    open_recording,
    read_ground_truth,
    read_screen,
    read_signalling,
    read_statements,
)
from .model.base import Party
from .model.verdict import Result, RunDocument
from .report.call_view import CallView


def call_views(root: Path, document: RunDocument) -> tuple[CallView, ...]:
    """A view of each result that has a recording, in order. EvidenceError when one has changed since it was audited."""
    return tuple(_view(result, root / result.recording) for result in document.results if result.recording is not None)


def _view(result: Result, folder: Path) -> CallView:
    open_recording(folder)
    statements = read_statements(folder)
    return CallView(
        result=result,
        signalling=read_signalling(folder),
        screens={party: statement.screen for party, statement in statements.items()},
        history={party: statement.screens for party, statement in statements.items()},
        adversary=read_ground_truth(folder).adversary,
        pictures={party: png for party in Party if (png := read_screen(folder, party)) is not None},
    )
