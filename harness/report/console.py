"""The run on a terminal: a table, the reason for everything that is not green, and the counts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TextIO

from ..model.base import Party
from ..model.verdict import Outcome, Result, RunDocument, Status
from .tally import Codes, Tally, compare_codes, tally
from .text import NAME_LIMIT, grouped, plural, visible
from .visibility import matrices

if TYPE_CHECKING:
    from rich.table import Table

HEADINGS: Final = ("scenario", "expected", "outcome", "status", "codes", "intercepted")
NAMES, CODES = "Scenario", "Codes of Alice, Bob"
WIDE: Final = 120
"""Columns of a terminal from which on each fact has a column of its own."""
NARROWEST: Final = 72
"""A smaller terminal breaks our lines itself, which is better than a code with its end cut off."""

STYLES: Final = {
    Status.AS_EXPECTED: "green",
    Status.KNOWN_DEVIATION: "magenta",
    Status.UNEXPECTED: "bold red",
    Status.WRONG_REASON: "bold red",
    Status.INVALID: "yellow",
    Status.INCONCLUSIVE: "yellow",
    Status.ERROR: "bold magenta",
    Status.NOT_RUN: "cyan",
}


def show(document: RunDocument, stream: TextIO, environ: Mapping[str, str], width: int | None = None) -> None:
    """Write the run to `stream`: in colour on a terminal that wants colour, otherwise as plain aligned lines."""
    counted = tally(document)
    if wants_colour(stream, environ):
        _show_rich(document, counted, stream, environ, width or shutil.get_terminal_size().columns)
        return
    for line in plain_lines(document, counted):
        stream.write(f"{encodable(line, stream)}\n")


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """True for a terminal, unless NO_COLOR is set to anything (no-color.org) or the terminal cannot draw lines."""
    return (
        stream.isatty()
        and not environ.get("NO_COLOR")
        and environ.get("TERM") != "dumb"
        and _encoding(stream).lower().startswith("utf")
    )


def encodable(text: str, stream: TextIO) -> str:
    """`text` with escapes for what the stream's encoding lacks, so that a foreign name cannot end the report."""
    encoding = _encoding(stream)
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _encoding(stream: TextIO) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def plain_lines(document: RunDocument, counted: Tally) -> Iterator[str]:
    """The whole report without colour; one line per scenario."""
    rows = [HEADINGS, *(_cells(result) for result in document.results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        yield "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield from closing_lines(document, counted)


def closing_lines(document: RunDocument, counted: Tally) -> Iterator[str]:
    """Why each scenario is not green, then the counts. What was not looked at is always said."""
    for result in document.results:
        if result.status is not Status.AS_EXPECTED:
            yield f"{result.status}  {visible(result.scenario, NAME_LIMIT)}: {visible(result.because)}"
    yield from (f"CONTRADICTION  {sentence}" for sentence in counted.contradictions)
    yield f"{counted.headline}."
    yield f"status: {_counts(counted.by_status, Status.NOT_RUN)}"
    yield f"outcome: {_counts(counted.by_outcome)}"
    yield f"not checked: {_not_checked(counted)}"
    yield from (f"visibility: {one.sentence}" for one in matrices(document.results))
    yield f"self-test: {visible(document.self_test.sentence)}"


def codes_line(result: Result) -> str:
    """Both codes with the word between them: "… equal …", "… differ …"; or which screen has none."""
    compared = compare_codes(result)
    if compared is Codes.NONE:
        return "no code"
    if compared is Codes.ONE:
        party, code = next(iter(result.codes.items()))
        return f"{grouped(code)} on {party}'s screen only"
    alice, bob = (grouped(result.codes[party]) for party in Party)
    return f"{alice} {compared:<6} {bob}"


def _cells(result: Result) -> tuple[str, ...]:
    return (
        visible(result.scenario, NAME_LIMIT),
        result.expected,
        result.outcome,
        result.status,
        codes_line(result),
        "yes" if result.intercepted else "no",
    )


def _counts(counts: Mapping[Status, int] | Mapping[Outcome, int], *always: Status) -> str:
    shown = [f"{name} {count}" for name, count in counts.items() if count or name in always]
    return ", ".join(shown) or "none"


def _not_checked(counted: Tally) -> str:
    if not counted.not_checked:
        return "0"
    items = (
        f"{visible(item, NAME_LIMIT)} in {plural(len(where), 'scenario')}"
        for item, where in counted.not_checked.items()
    )
    return f"{len(counted.not_checked)} ({'; '.join(items)})"


def _show_rich(document: RunDocument, counted: Tally, stream: TextIO, environ: Mapping[str, str], width: int) -> None:
    from rich.console import Console

    console = Console(
        file=stream,
        width=max(width, NARROWEST),
        markup=False,
        highlight=False,
        emoji=False,
        force_terminal=True,
        _environ=environ,
    )
    console.print(_wide(document) if width >= WIDE else _narrow(document))
    console.print()
    for line in closing_lines(document, counted):
        console.print(encodable(line, stream), style=_style(line, counted), soft_wrap=True)


def _wide(document: RunDocument) -> Table:
    """Each fact in a column of its own; the two codes above each other, so that the eye can compare them."""
    table = _table(NAMES, "Expected", "Outcome", "Status", CODES, "Compared", "Intercepted")
    for result in document.results:
        _add(
            table,
            result.status,
            visible(result.scenario, NAME_LIMIT),
            result.expected,
            result.outcome,
            result.status,
            _both_codes(result),
            compare_codes(result),
            "yes" if result.intercepted else "no",
        )
    return table


def _narrow(document: RunDocument) -> Table:
    """The same facts in four columns, for a terminal of 80."""
    table = _table(NAMES, "Expected,\noutcome", "Status", CODES)
    for result in document.results:
        _add(
            table,
            result.status,
            visible(result.scenario, NAME_LIMIT),
            f"{result.expected},\n{result.outcome}",
            f"{result.status}\n{'intercepted' if result.intercepted else 'not intercepted'}",
            f"{_both_codes(result)}\n{compare_codes(result) if result.codes else ''}".rstrip(),
        )
    return table


def _both_codes(result: Result) -> str:
    if not result.codes:
        return "no code"
    return "\n".join(grouped(result.codes[party]) if party in result.codes else "no code" for party in Party)


def _table(*headings: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        # A code broken over two lines cannot be compared with the one below it: only names are folded.
        fold = heading == NAMES
        table.add_column(heading, overflow="fold" if fold else "ellipsis", no_wrap=not fold)
    return table


def _add(table: Table, status: Status, *cells: str) -> None:
    """Text objects, because a plain string would be read as markup."""
    from rich.text import Text

    table.add_row(*(Text(cell, style=STYLES[status] if cell.startswith(status) else "") for cell in cells))


def _style(line: str, counted: Tally) -> str:
    """Colour repeats what the words say: the reason lines by their status, the headline by its verdict."""
    if line == f"{counted.headline}.":
        return "bold green" if counted.green else "bold red"
    first = line.split(" ", 1)[0]
    return STYLES.get(Status(first), "") if first in Status.__members__ else ""
