"""What a search came to, for people: what was found and where it lies; or how hard it was looked for in vain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from ..model.search import Found, SearchDocument, Unseen
from .text import visible

_SHOWN = 5


def show(document: SearchDocument, stream: TextIO) -> None:
    """A few lines; they never hold more than the document does."""
    stream.write("".join(f"{line}\n" for line in lines(document)))


def lines(document: SearchDocument) -> Iterator[str]:
    """The lines that are shown."""
    yield ""
    for found in document.found:
        yield from _found(found)
    yield _sum(document)
    if document.moves:
        yield "moves       tried  happened"
    for name, count in document.moves.items():
        yield f"  {name:<18} {count.tried:6}  {count.effective:6}"
    yield f"outcomes    {', '.join(f'{name} {count}' for name, count in document.outcomes.items()) or 'none'}"
    for name, calls in document.known.items():
        yield f"KNOWN       {calls} calls: {visible(name)} (harness/deviations.yaml)"
    yield from _blind(document)
    for one in document.untried:
        yield f"NOT TRIED   {visible(one.plan)}: {visible(one.why)}"
    if not document.found and not document.attacked:
        # More of what could not be looked at is no cure.
        cure = "" if document.unseen or document.broken else ": give more --seconds or --calls"
        yield f"NOT TRIED   no attack happened in any call, so nothing is known of any{cure}"
    yield f"not checked {', '.join(document.not_checked)}"
    yield f"seed        {visible(document.seed)}"


def _found(one: Found) -> Iterator[str]:
    again = "" if one.stable else " (unstable: it did not come again each time)"
    yield f"FOUND       {one.name}{again}: {one.why}"
    yield f"  shown     {visible(one.detail)}"
    yield f"  plan      {visible(one.plan)}"
    for move in one.moves:
        yield f"    - {visible(move)}"
    yield f"  after     {one.seconds:.0f} s, {one.calls} calls of its searcher"
    if one.scenario:
        yield f"  again     harness run {visible(one.scenario)}"
    if one.recording:
        yield f"  recording {visible(one.recording)}"
    for why in one.unwritten:
        yield f"  NOT KEPT  {visible(why)}"
    yield ""


def _sum(document: SearchDocument) -> str:
    what = f"{len(document.found)} found" if document.found else "nothing found"
    if not document.found and document.violations:
        what = f"{document.violations} calls in which the property did not hold, and no time to say more"
    how = f"{document.calls} calls, {document.attacked} of them under attack, in {document.seconds:.0f} s"
    return f"{'interrupted: ' if document.interrupted else ''}{what} in {how}"


def _blind(document: SearchDocument) -> Iterator[str]:
    blind: tuple[Unseen, ...] = document.unseen
    for one in sorted(blind, key=lambda one: -one.calls)[:_SHOWN]:
        yield f"NOT SEEN    {one.calls} calls: {visible(one.why)}"
        yield f"  first     {visible(one.plan)}"
    if len(blind) > _SHOWN:
        yield f"NOT SEEN    for {len(blind) - _SHOWN} more reasons: -o json=PATH has them all"
    for why in document.broken:
        yield f"BROKEN      a searcher {visible(why)}"
