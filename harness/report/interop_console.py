"""The interop matrix as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.interop import Cell, Interop
from ..model.outcome import Status
from .interop_view import Grid, attention, grids, headline, setup_sentence
from .text import NAME_LIMIT, aligned, visible

_CODES = {"equal": "=", "differ": "≠", "one only": "½", "none": "–"}


def interop_lines(document: Interop) -> Iterator[str]:
    """Each table, the reason for each cell that needs one, the counts and the versions."""
    for grid in grids(document):
        yield from _table(grid)
    for place in attention(document):
        cell = place.cell
        yield f"{cell.status}  {visible(cell.result, NAME_LIMIT)}: {visible(cell.why or cell.because)}"
    yield f"{headline(document)[1]}."
    counts = {status: sum(one.status is status for one in document.cells) for status in Status}
    yield "status: " + ", ".join(f"{status} {count}" for status, count in counts.items() if count)
    yield f"set-up: {setup_sentence(document)}"
    for name, version in document.versions.items():
        if name.startswith("endpoint "):
            yield f"{visible(name, NAME_LIMIT)}: {visible(version, NAME_LIMIT)}"


def _table(grid: Grid) -> Iterator[str]:
    yield f"{visible(grid.scenario, NAME_LIMIT)} over {grid.network} (who calls in rows; = ≠: the codes):"
    rows = [("", *(str(callee) for callee in grid.callees))]
    for caller, places in grid.rows:
        rows.append((str(caller), *("" if place is None else _word(place.cell) for place in places)))
    yield from aligned(rows)
    yield ""


def _word(cell: Cell) -> str:
    """The outcome and how the codes compare, with the status wherever that is not green."""
    if cell.status is Status.NOT_RUN:
        return str(cell.status)
    word = f"{cell.outcome} {_CODES[cell.codes]}"
    return word if cell.status is Status.AS_EXPECTED else f"{word} {cell.status}"
