"""What a search says: an alarm for each secret that lies open, and how far the search reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from ...model.finding import Finding, Reason
from ...model.voice import Voice, counted, quoted
from ...vantage.window import NONE
from .hit import Hit
from .pattern import PatternKind
from .search import LIMIT, Search
from .whole import OUTSIDE

NAME: Final = "search"

_REASONS: Final = {PatternKind.MARKER: Reason.MARKER_ON_WIRE, PatternKind.FRAME: Reason.FRAME_ON_WIRE}
_say = Voice(NAME)


def findings(
    search: Search,
    capture: str,
    leg_name: Callable[[int], str],
    expected: Callable[[Hit], bool] = lambda hit: False,
) -> tuple[Finding, ...]:
    """One finding for each secret on each leg and in each file, then what was searched and what was not.

    `capture` names the capture, `leg_name` its legs by their number. `expected` says of a hit that the secret belongs
    there, as an SDES key belongs into the SDP (RFC 4568): that is a notice, and so is what the capture file holds
    beside its frames; everything else is an alarm.
    """

    def belongs(hit: Hit) -> bool:
        return hit.spot.place == OUTSIDE or expected(hit)

    def vantage(hit: Hit) -> str:
        return hit.spot.file or (capture if hit.spot.leg == NONE else leg_name(hit.spot.leg))

    def order(hit: Hit) -> tuple[bool, str, str, str]:
        return belongs(hit), hit.kind, hit.pattern, vantage(hit)

    hits = sorted(search.result(), key=order)
    found = [_found(list(alike), place, known) for (known, _, _, place), alike in groupby(hits, key=order)]
    return (*found, *_reach(search, capture))


def _found(hits: list[Hit], vantage: str, known: bool) -> Finding:
    first = hits[0]
    xor = f", XORed with 0x{first.xor:02x}" if first.xor else ""
    more = f"; also in {counted(len(hits) - 1, 'other way')}" if len(hits) > 1 else ""
    detail = f"the {first.kind} of {quoted(first.pattern)} lies open in {_where(first)}: {first.spelling}{xor}{more}"
    if known:
        return _say.notice(Reason.KEYS_IN_CAPTURE, vantage, detail)
    return _say.alarm(_REASONS.get(first.kind, Reason.KEY_ON_WIRE), vantage, detail)


def _where(hit: Hit) -> str:
    at = "" if hit.byte == NONE else f" from byte {hit.byte} on"
    frames = "" if not hit.frames else f", frame {hit.frames[0]}"
    if len(set(hit.frames)) > 1:
        frames = f", frames {hit.frames[0]} to {hit.frames[-1]}"
    return f"{hit.spot.place}{frames}{at}"


def _reach(search: Search, capture: str) -> Iterator[Finding]:
    for pattern, why in search.refused:
        detail = f"the {pattern.kind} of {quoted(pattern.name)} cannot be searched for: it {why}"
        yield _say.inconclusive(Reason.NOT_CHECKED, capture, detail)
    coverage = search.coverage()
    for shortfall in coverage.shortfalls:
        yield _say.inconclusive(Reason.LIMIT_REACHED, capture, shortfall)
    if coverage.patterns:
        what = f"{counted(coverage.patterns, 'secret')} in {counted(coverage.forms, 'form')}, each under any XOR"
        where = f"{counted(coverage.searched, 'byte')}, in the order of the capture and put together from fixed places"
        detail = f"{what}, in {where}; {coverage.accidents:.0e} matches by accident are to be expected; {LIMIT}"
        yield _say.fact(Reason.SEARCHED, capture, detail)
    else:
        yield _say.fact(Reason.NOT_CHECKED, capture, "no marker, frame or key was given that could be searched for")
