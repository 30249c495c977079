"""Captures inspected from their files to the document, as `harness audit` does it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.model.finding import Finding, Severity
from harness.model.inspection import Inspection, StreamReport

from .made_calls import MadeCall, write
from .windows import Sent


def inspected(folder: Path, sent: Iterable[Sent], keylog: str = "", **options: Any) -> Inspection:
    """What is said of one capture in which this was sent."""
    path = write(folder / "call.pcapng", sent)
    keylogs = (("call.keylog", keylog),) if keylog else ()
    return inspect([path], Options(keylogs=keylogs, **options))


def with_keys(folder: Path, call: MadeCall, sent: Iterable[Sent] | None = None, **options: Any) -> Inspection:
    """The same of a call whose key log is at hand; `sent` in place of what it really sent."""
    return inspected(folder, call.sent if sent is None else sent, call.keylog, **options)


def by_ssrc(document: Inspection) -> dict[int, StreamReport]:
    """The streams of a document of one capture."""
    streams = {int(one.ssrc, 16): one for one in document.streams}
    assert len(streams) == len(document.streams)
    return streams


def of(document: Inspection, severity: Severity) -> list[Finding]:
    return [one for one in document.findings if one.severity is severity]


def reasons(document: Inspection, severity: Severity) -> set[str]:
    return {one.reason.value for one in of(document, severity)}
