"""Inspected captures on a terminal: the verdicts first, then what was found, then what was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from ..model.finding import Severity
from ..model.inspection import CallReport, CaptureReport, Inspection, StreamReport
from .console import encodable
from .inspection_summary import call_title, headline, protections
from .text import MOST_LINES, NAME_LIMIT, grouped, plural, table, visible


def show(inspection: Inspection, stream: TextIO) -> None:
    """Write the report as plain lines."""
    for line in lines(inspection):
        stream.write(f"{encodable(line, stream)}\n")


def lines(inspection: Inspection) -> Iterator[str]:
    """Every line of the report."""
    for capture in inspection.captures:
        yield from _capture(capture)
    yield from table("streams", [_stream(one) for one in inspection.streams])
    yield from table(
        "associations",
        [
            (
                *(
                    visible(value or "–", NAME_LIMIT)
                    for value in (one.protocol, one.version, one.suite, one.group, one.profile)
                ),
                "finished" if one.finished else "not finished",
                visible(one.vantage, NAME_LIMIT),
            )
            for one in inspection.associations
        ],
    )
    yield from table(
        "recovered",
        [
            (visible(one.file or "nothing", NAME_LIMIT), visible(one.codec, 24), plural(one.packets, "packet"))
            for one in inspection.recovered
        ],
    )
    yield from _findings(inspection)
    for call in inspection.calls:
        yield from _call(call)
    counts = ", ".join(f"{name} {count}" for name, count in protections(inspection).items() if count) or "none"
    yield f"streams: {counts}"
    yield f"not checked: {'; '.join(visible(one) for one in inspection.not_checked) or '0'}"
    yield f"{headline(inspection)}."


def _capture(capture: CaptureReport) -> Iterator[str]:
    yield (
        f"{visible(capture.file, NAME_LIMIT)}: {visible(capture.format, 24)}, {plural(capture.packets, 'packet')}, "
        f"{plural(capture.bytes, 'byte')}, every one with a label"
    )
    rows = [
        (f"{row.label}{f' ({visible(row.detail, NAME_LIMIT)})' if row.detail else ''}", row.nature, str(row.bytes))
        for row in capture.bytes_by_label
    ]
    yield from table("bytes", rows)
    for problem in capture.problems:
        yield f"  problem: {visible(problem)}"
    if capture.problems_left_out:
        yield f"  and {capture.problems_left_out} more problems"


def _stream(stream: StreamReport) -> tuple[str, ...]:
    return (
        visible(stream.ssrc, 24),
        visible(stream.kind, 24),
        plural(stream.packets, "packet"),
        stream.protection,
        visible(stream.vantage, NAME_LIMIT),
        visible(stream.because, NAME_LIMIT),
    )


def _findings(inspection: Inspection) -> Iterator[str]:
    """Facts stay in the JSON and HTML outputs."""
    grave = [one for one in inspection.findings if one.severity is not Severity.FACT]
    order = (Severity.ALARM, Severity.INCONCLUSIVE, Severity.NOTICE)
    for finding in sorted(grave, key=lambda one: order.index(one.severity))[:MOST_LINES]:
        where = visible(finding.vantage, NAME_LIMIT)
        yield f"{finding.severity.upper()}  {finding.reason}  {where}: {visible(finding.detail)}"
    if len(grave) > MOST_LINES:
        yield f"… {len(grave) - MOST_LINES} more findings"
    if grave:
        yield ""


def _call(call: CallReport) -> Iterator[str]:
    yield f"call: {visible(call_title(call))}"
    for side, code in call.codes.items():
        yield f"  code, {visible(side, NAME_LIMIT)}: {grouped(code)}"
    yield f"  caller: {visible(call.caller or 'unknown', NAME_LIMIT)} ({visible(call.caller_known_by)})"
    for sentence in call.because:
        yield f"  {visible(sentence)}"
    yield ""
