"""The run as JUnit XML, in the shape of the xunit plugin's junit-10.xsd, for build servers.

That schema has properties only for a whole suite, so a scenario's facts are properties named after it, and stand a
second time in its own `system-out`, where build servers show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..model.base import Party
from ..model.finding import Severity
from ..model.verdict import Result, RunDocument, Status
from .tally import compare_codes
from .text import grouped, visible

ELEMENTS: Final = {
    Status.UNEXPECTED: "failure",
    Status.WRONG_REASON: "failure",
    Status.INVALID: "failure",
    Status.INCONCLUSIVE: "error",
    Status.ERROR: "error",
    Status.NOT_RUN: "skipped",
    Status.KNOWN_DEVIATION: "skipped",
}
"""What each status is in JUnit's words; AS_EXPECTED needs none. A known deviation fails nothing and passes nothing."""

NO_FAMILY: Final = "unknown"
"""Class of a scenario that was never planned, and so has no family."""


def render(document: RunDocument) -> str:
    """The XML document as text, to be stored as UTF-8."""
    root = Element("testsuites", name="harness")
    suite = SubElement(root, "testsuite", name=visible(document.run))
    for name, number in _counts(document.results).items():
        suite.set(name, number)
        if name != "skipped":
            # The schema knows no skipped tests at the top.
            root.set(name, number)
    properties = SubElement(suite, "properties")
    for name, value in _suite_facts(document):
        SubElement(properties, "property", name=name, value=value)
    for result in document.results:
        _testcase(suite, result)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _counts(results: tuple[Result, ...]) -> dict[str, str]:
    kinds = [ELEMENTS.get(result.status) for result in results]
    return {
        "tests": str(len(results)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _testcase(suite: Element, result: Result) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=visible(result.family) or NO_FAMILY,
        name=visible(result.scenario),
        time=f"{result.seconds:.3f}",
    )
    kind = ELEMENTS.get(result.status)
    if kind is not None:
        stopped = SubElement(case, kind, type=result.status, message=visible(result.because))
        stopped.text = "\n".join((visible(result.because), *_weighty(result)))
    SubElement(case, "system-out").text = "\n".join(f"{name}: {value}" for name, value in _facts(result))


def _weighty(result: Result) -> Iterator[str]:
    for found in result.findings:
        if found.severity in (Severity.ALARM, Severity.INCONCLUSIVE):
            yield visible(f"{found.severity} {found.auditor} {found.reason} at {found.vantage}: {found.detail}")


def _suite_facts(document: RunDocument) -> Iterator[tuple[str, str]]:
    yield "self-test", visible(document.self_test.sentence)
    yield "interrupted", str(document.interrupted).lower()
    for name, value in document.provenance.items():
        yield f"provenance.{visible(name)}", visible(value)
    for result in document.results:
        for name, value in _facts(result):
            yield f"{visible(result.scenario)}.{name}", value


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    yield "title", visible(result.title)
    yield "expected", result.expected
    yield "outcome", result.outcome
    yield "status", result.status
    yield "intercepted", "yes" if result.intercepted else "no"
    for party in Party:
        yield f"code.{party}", grouped(result.codes[party]) if party in result.codes else "none"
    yield "codes", compare_codes(result)
    yield "recording", visible(result.recording) if result.recording is not None else "none"
    if result.deviation is not None:
        yield "deviation", visible(result.deviation)
    if result.not_checked:
        yield "not-checked", ", ".join(visible(item) for item in result.not_checked)
