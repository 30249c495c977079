"""Inspected captures as one HTML file: no script, no other file, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ..model.byte_label import Nature
from ..model.finding import Finding, Severity
from ..model.inspection import ByteRow, CallVerdict, Inspection, Protection, Standing
from .inspection_summary import VERDICTS, headline, protections
from .page import page

WIDTH: Final = 1000
"""Of a bar, in the units of its picture."""

MOST_ROWS: Final = 500
"""Of one table; a page with more could not be read, and the JSON output holds them all."""

_ORDER: Final = (Severity.ALARM, Severity.INCONCLUSIVE, Severity.NOTICE, Severity.FACT)


@dataclass(frozen=True)
class Segment:
    """A stretch of a bar: bytes of one label, from `start` on, both in units of WIDTH."""

    row: ByteRow
    start: float
    width: float


@dataclass(frozen=True)
class Bar:
    """Bytes under a name, drawn and counted."""

    name: str
    rows: tuple[ByteRow, ...]
    segments: tuple[Segment, ...]
    by_nature: tuple[tuple[Nature, int], ...]

    @property
    def total(self) -> int:
        return sum(row.bytes for row in self.rows)


def render(inspection: Inspection) -> str:
    """The page."""
    findings = sorted(inspection.findings, key=lambda one: (_ORDER.index(one.severity), one.auditor))
    return page("inspection.html", width=WIDTH, most=MOST_ROWS).render(
        inspection=inspection,
        headline=headline(inspection),
        good=inspection.standing is Standing.QUIET,
        verdicts=VERDICTS,
        CallVerdict=CallVerdict,
        protections=protections(inspection),
        Protection=Protection,
        captures=[
            (capture, bar(capture.file, capture.bytes_by_label), [bar(leg.leg, leg.rows) for leg in capture.legs])
            for capture in inspection.captures
        ],
        findings=[(severity, tuple(found)) for severity, found in groupby(findings, lambda one: one.severity)],
        counts=_counts(findings),
    )


def bar(name: str, rows: Sequence[ByteRow]) -> Bar:
    """Largest first within each nature. A stretch may be too thin to be seen: the table leaves no label out."""
    total = sum(row.bytes for row in rows)
    ordered = sorted(rows, key=lambda row: (list(Nature).index(row.nature), -row.bytes))
    segments, start = [], 0.0
    for row in ordered:
        width = WIDTH * row.bytes / total if total else 0.0
        segments.append(Segment(row, start, width))
        start += width
    natures = ((nature, sum(row.bytes for row in rows if row.nature is nature)) for nature in Nature)
    return Bar(name, tuple(ordered), tuple(segments), tuple(one for one in natures if one[1]))


def _counts(findings: Sequence[Finding]) -> dict[Severity, int]:
    return {severity: sum(one.severity is severity for one in findings) for severity in _ORDER}
