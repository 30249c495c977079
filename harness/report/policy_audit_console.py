"""A tenant's policy on a terminal of 80 columns: the classes, each user, the pairs, what is not known, the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final, TextIO

from ..model.policy_audit import Answer, NamedPair, PairRow, PolicyAudit, Totals, UserClass
from .console import encodable
from .text import NAME_LIMIT, plural, short, table, visible

WIDTH: Final = 80
MOST_POLICY: Final = 24
"""Characters of a policy's name in a line; the sentence of the class has all of it."""
WORDS: Final = {Answer.POSSIBLE: "possible", Answer.NOT_POSSIBLE: "not possible", Answer.UNDECIDED: "undecided"}


def show(document: PolicyAudit, stream: TextIO, *, short_of_users: bool = False) -> None:
    """Write the report as plain lines; OSError."""
    for line in lines(document, short_of_users=short_of_users):
        stream.write(f"{encodable(line, stream)}\n")
    stream.flush()


def lines(document: PolicyAudit, *, short_of_users: bool = False) -> Iterator[str]:
    """Every line of the report; `short_of_users` leaves out what grows with the tenant and stands elsewhere."""
    for file in document.files:
        yield f"{file.role}: {visible(file.file, NAME_LIMIT)}, {plural(file.items, 'object')}"
    yield ""
    yield from table("users by the rule that decides", [_summed(one) for one in document.classes])
    for one in () if short_of_users else document.classes:
        yield from _each_user(one)
    yield from table("pairs of users by the class that decides", _pair_rows(document), most=len(document.pair_rows))
    yield from _each_pair(() if short_of_users else document.each_pair)
    for pair in document.named_pairs:
        yield from _named(pair)
    for notice in document.notices:
        where = f"{visible(notice.file, NAME_LIMIT)}, {notice.place}" if notice.place else visible(notice.file)
        yield from _wrapped(f"{where}, {notice.count:,} ×: {visible(notice.text)}")
    for limit in document.limits:
        yield from _wrapped(f"limit: {visible(limit)}")
    yield f"users: {totals(document.users)}"
    yield f"pairs: {totals(document.pairs)}"


def totals(counts: Totals) -> str:
    """ "3 possible, 2 not possible, 0 undecided"."""
    return f"{counts.possible:,} possible, {counts.not_possible:,} not possible, {counts.undecided:,} undecided"


def _summed(one: UserClass) -> tuple[str, ...]:
    return f"class {one.number}", WORDS[one.answer], f"{len(one.users):,}", one.rule, _policy(one)


def _each_user(one: UserClass) -> Iterator[str]:
    """The reason once; then a line for each, which says all the rest by itself."""
    yield from _wrapped(f"class {one.number}: {visible(one.because)}", hang="  ")
    said = f"  {one.number}  {WORDS[one.answer]}  {one.rule}  {_policy(one)}  "
    for user in one.users:
        yield f"{said}{visible(user, NAME_LIMIT)}"
    yield ""


def _policy(one: UserClass) -> str:
    return "–" if one.policy is None else short(one.policy, MOST_POLICY)


def _pair_rows(document: PolicyAudit) -> list[tuple[str, ...]]:
    return [(WORDS[row.answer], f"{row.pairs:,}", decides(row)) for row in document.pair_rows]


def decides(pairs: PairRow | NamedPair) -> str:
    """What decides these pairs, in words."""
    return "both allow it" if pairs.decided_by is None else f"class {pairs.decided_by}"


def _each_pair(pairs: Sequence[NamedPair]) -> Iterator[str]:
    if not pairs:
        return
    yield "each pair of users, and the class that decides:"
    for pair in pairs:
        both = f"{visible(pair.caller, NAME_LIMIT)} {visible(pair.callee, NAME_LIMIT)}"
        yield from _wrapped(f"  {WORDS[pair.answer]}  {decides(pair)}  {both}", hang="    ")
    yield ""


def _named(pair: NamedPair) -> Iterator[str]:
    yield from _wrapped(f"{visible(pair.caller, NAME_LIMIT)} calls {visible(pair.callee, NAME_LIMIT)}:", hang="  ")
    yield f"  {WORDS[pair.answer]}, classes {pair.caller_class} and {pair.callee_class}"
    yield from _wrapped(f"  {visible(pair.because)}", hang="    ")
    yield ""


def _wrapped(line: str, hang: str = "  ") -> list[str]:
    """The line in as many as it takes. What has no blank is not broken: names can be copied."""
    return wrap(line, WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
