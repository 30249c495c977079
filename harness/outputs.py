"""Where results go: formats and paths from the command line, and what a document means as an exit code."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from .model.cost import Cost
from .model.endpoint_check import EndpointCheck
from .model.inspection import Inspection, Standing
from .model.policy_audit import PolicyAudit
from .model.search import SearchDocument
from .model.verdict import RunDocument, Status
from .report.call_view import CallView
from .report.files import write_new

STANDARD_OUTPUT = "-"
Views = Callable[[], Sequence[CallView]]
"""Reads the recordings for the eye; called only for a format that shows them."""
Document = RunDocument | Inspection | Cost | SearchDocument | PolicyAudit | EndpointCheck


class NotWritten(OSError):
    """Outputs that could not be written: a sentence for each, which begins with its path."""

    def __init__(self, which: Sequence[str]) -> None:
        super().__init__("\n".join(which))
        self.which = tuple(which)


class Format(StrEnum):
    """The formats of `-o`."""

    JSON = "json"
    JUNIT = "junit"
    HTML = "html"


@dataclass(frozen=True)
class Output:
    """One `-o FORMAT=PATH`; `path` is None for standard output."""

    format: Format
    path: Path | None


def parse_outputs(texts: Sequence[str]) -> tuple[Output, ...]:
    """Check every `-o` before anything runs; ValueError names the one that cannot be written."""
    outputs = tuple(_parse(text) for text in texts)
    paths = [output.path for output in outputs]
    if paths.count(None) > 1:
        raise ValueError("only one output can go to standard output")
    named = [path.absolute() for path in paths if path is not None]
    if len(set(named)) != len(named):
        raise ValueError("two outputs name the same file")
    return outputs


def render(output_format: Format, document: Document, views: Views) -> str:
    """The document in one format; ValueError for one that this kind of document does not have."""
    if output_format is Format.JSON:
        return f"{document.model_dump_json(indent=1)}\n"
    if isinstance(document, Cost):
        raise ValueError("what an attack costs can be had as json")
    if isinstance(document, Inspection):
        return _inspection(output_format, document)
    if isinstance(document, SearchDocument):
        raise ValueError("a search can be had as json")
    if isinstance(document, PolicyAudit):
        return _policy_audit(output_format, document)
    if isinstance(document, EndpointCheck):
        raise ValueError("a conformance run can be had as json")
    match output_format:
        case Format.JUNIT:
            from .report.junit import render as junit

            return junit(document)
        case Format.HTML:
            from .report.html import render as html

            return html(document, views())


def _inspection(output_format: Format, document: Inspection) -> str:
    if output_format is not Format.HTML:
        raise ValueError("a report on captures can be had as json or html")
    from .report.inspection_html import render as html

    return html(document)


def _policy_audit(output_format: Format, document: PolicyAudit) -> str:
    if output_format is not Format.HTML:
        raise ValueError("an audit of policies can be had as json or html")
    from .report.policy_audit_html import render as html

    return html(document)


def write_outputs(outputs: Sequence[Output], document: Document, views: Views, stdout: TextIO) -> None:
    """Write each output that can be written; NotWritten names the others."""
    write_texts(outputs, lambda output: render(output.format, document, views), stdout)


def write_texts(outputs: Sequence[Output], text_of: Callable[[Output], str], stdout: TextIO) -> None:
    """Write the text of each output that can be written; NotWritten names the others."""
    failures = []
    for output in outputs:
        text = text_of(output)
        try:
            _write(output.path, text, stdout)
        except OSError as error:
            failures.append(f"{output.path or 'standard output'}: {error.strerror or error}")
    if failures:
        raise NotWritten(failures)


def _write(path: Path | None, text: str, stdout: TextIO) -> None:
    if path is not None:
        write_new(path, text)
        return
    stdout.write(text)
    stdout.flush()


def unwritten(*steps: Callable[[], None]) -> tuple[str, ...]:
    """Take every step, and say of what could not be written in any of them, path by path."""
    failures: list[str] = []
    for step in steps:
        try:
            step()
        except NotWritten as error:
            failures += error.which
    return tuple(failures)


def refused(folders: Mapping[str, Path]) -> str:
    """Which of these folders, each by the option that names it, takes no file, and why; empty when all do. One that is
    not there is made."""
    for option, folder in folders.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            return f"{option} {folder}: {error.strerror or error}; name a folder that takes files"
    return ""


def trouble(error: OSError, otherwise: str) -> str:
    """What went wrong with which file, for people; `otherwise` where the error names none."""
    if isinstance(error, NotWritten):
        return str(error)
    return f"{error.filename or otherwise}: {error.strerror or error}"


def exit_code(document: Document) -> int:
    """0 all as expected, or as the stack is known to deviate; 1 a finding; 3, 5, 130 as the command line says."""
    if isinstance(document, Cost):
        return 0
    if isinstance(document, Inspection):
        return {Standing.ALARM: 1, Standing.INCONCLUSIVE: 3, Standing.EMPTY: 5, Standing.QUIET: 0}[document.standing]
    if isinstance(document, SearchDocument):
        return _of_search(document)
    if isinstance(document, PolicyAudit):
        return 5 if not document.classes else 3 if document.users.undecided else 0
    if isinstance(document, EndpointCheck):
        return 0 if document.passed else 1
    return _of_run(document)


def _of_run(document: RunDocument) -> int:
    """What lacks something that it needs is no fault, unless it was asked for by name."""
    counts = document.summary.by_status
    asked = any(one.asked for one in document.unmet)
    if document.interrupted:
        return 130
    if document.summary.executed == 0:
        return 3 if asked else 5
    if counts.get(Status.UNEXPECTED, 0) or counts.get(Status.WRONG_REASON, 0):
        return 1
    if document.self_test.missed:
        return 1
    passed = counts.get(Status.AS_EXPECTED, 0) + counts.get(Status.KNOWN_DEVIATION, 0)
    return 3 if asked or passed + len(document.unmet) < document.summary.selected else 0


def _of_search(document: SearchDocument) -> int:
    """Something found is found; nothing found by eyes that failed, or without an attack, is not nothing."""
    if document.interrupted:
        return 130
    if document.found:
        return 1
    if document.unseen or document.broken or document.violations:
        return 3
    return 0 if document.attacked else 5


def _parse(text: str) -> Output:
    name, separator, target = text.partition("=")
    if not separator or not target or name not in set(Format):
        raise ValueError(f"-o {text}: use json=PATH, junit=PATH or html=PATH, with '-' for standard output")
    if target == STANDARD_OUTPUT:
        return Output(Format(name), None)
    path = Path(target)
    if os.path.lexists(path):
        raise ValueError(f"-o {text}: the file is there already, and nothing is overwritten")
    if not path.parent.is_dir():
        raise ValueError(f"-o {text}: there is no folder {path.parent}")
    return Output(Format(name), path)
