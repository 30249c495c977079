"""The self-test as lines for people: each specimen and who caught it by what, then each auditor in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.finding import Reason
from ..model.self_test import JUDGE, MATRIX, Catch, Quiet, SelfTest
from .text import visible


def self_test_lines(tested: SelfTest) -> Iterator[str]:
    """Everything, without colour; what went wrong comes last, where it is read."""
    yield from _columns([("specimen", "outcome", "caught by"), *(_catch(one) for one in tested.catches)])
    yield ""
    heading = ("auditor", "caught / planted", "quiet / healthy")
    rows = [(one.auditor, one.sensitivity, f"{one.quiet} / {one.healthy}") for one in tested.eyes]
    yield from _columns([heading, *rows])
    yield ""
    yield from _unplanted(tested)
    yield f"sensitivity {_share(tested.catches)}, specificity {_share(tested.quiets)}"
    for catch in tested.catches:
        if not catch.caught:
            missing = f"; nobody raised {', '.join(catch.missing)}" if catch.missing else ""
            yield f"MISSED  {visible(catch.specimen)}: {catch.status}: {visible(catch.why)}{missing}"
    for one in tested.quiets:
        if not one.quiet:
            yield f"TWIN  {visible(one.twin)}: {one.status}: {visible(one.why)}"
    yield f"self-test: {visible(tested.sentence)}"


def _unplanted(tested: SelfTest) -> Iterator[str]:
    """Of which alarms the self-test says nothing, those with one reason together."""
    for why in dict.fromkeys(tested.unplanted.values()):
        reasons = sorted(reason for reason, other in tested.unplanted.items() if other == why)
        yield f"not planted: {', '.join(reasons)}: {why}"


def _catch(one: Catch) -> tuple[str, str, str]:
    return visible(one.specimen), one.outcome, _by(one.by) if one.caught else "MISSED"


def _by(by: dict[str, tuple[Reason, ...]]) -> str:
    if MATRIX in by:
        return "visibility: plaintext beyond the promise"
    if JUDGE in by:
        return "judge: intercepted, and the codes are equal"
    return "; ".join(f"{visible(auditor)}: {', '.join(reasons)}" for auditor, reasons in by.items())


def _share(ones: Sequence[Catch] | Sequence[Quiet]) -> str:
    return f"{sum(one.caught if isinstance(one, Catch) else one.quiet for one in ones)} / {len(ones)}"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
