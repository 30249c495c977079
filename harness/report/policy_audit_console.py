"""A tenant's policy on a terminal: how many users and pairs, the classes with their rules, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TextIO

from ..model.policy_audit import Answer, PolicyAudit, Totals, UserClass
from .console import encodable
from .text import NAME_LIMIT, plural, table, visible

MOST_USERS: Final = 3
"""Names beside a class."""
WORDS: Final = {Answer.POSSIBLE: "possible", Answer.NOT_POSSIBLE: "not possible", Answer.UNDECIDED: "undecided"}


def show(document: PolicyAudit, stream: TextIO) -> None:
    """Write the report as plain lines."""
    for line in lines(document):
        stream.write(f"{encodable(line, stream)}\n")


def lines(document: PolicyAudit) -> Iterator[str]:
    """Every line of the report."""
    for file in document.files:
        yield f"{file.role}: {visible(file.file, NAME_LIMIT)}, {plural(file.items, 'object')}"
    yield ""
    yield from table("users", [_class(one) for one in document.classes])
    rows = [
        (
            WORDS[row.answer],
            f"{row.pairs:,}",
            f"class {row.decided_by}" if row.decided_by else "both",
            visible(row.because),
        )
        for row in document.pair_rows
    ]
    yield from table("pairs, and which class decides", rows)
    for pair in document.named_pairs:
        yield f"{visible(pair.caller, NAME_LIMIT)} calls {visible(pair.callee, NAME_LIMIT)}: {WORDS[pair.answer]}"
        yield f"  {visible(pair.because)}"
        yield f"  classes {pair.caller_class} and {pair.callee_class}"
    if document.named_pairs:
        yield ""
    notices = [
        (f"{visible(one.file, NAME_LIMIT)}, {one.place}", f"{one.count:,} ×", visible(one.text))
        for one in document.notices
    ]
    yield from table("in the files", notices)
    for limit in document.limits:
        yield f"limit: {limit}"
    yield f"users: {totals(document.users)}"
    yield f"pairs: {totals(document.pairs)}"


def totals(counts: Totals) -> str:
    """ "3 possible, 2 not possible, 0 undecided"."""
    return f"{counts.possible:,} possible, {counts.not_possible:,} not possible, {counts.undecided:,} undecided"


def _class(one: UserClass) -> tuple[str, ...]:
    names = ", ".join(visible(name, NAME_LIMIT) for name in one.users[:MOST_USERS])
    more = ", …" if len(one.users) > MOST_USERS else ""
    return (
        f"class {one.number}",
        WORDS[one.answer],
        f"{len(one.users):,}",
        one.rule,
        visible(one.because),
        f"{names}{more}",
    )
