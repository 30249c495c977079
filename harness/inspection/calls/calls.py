"""Calls from captures alone, without anybody's cooperation: both codes, and whether somebody is in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ...model.inspection import CallVerdict
from .call import Call
from .caller import callers
from .comparison import Comparison, combined, compare, incomplete
from .conversation import conversations, left_out
from .conversation import unclear as unclear_in
from .evidence import CallEvidence
from .side_search import Sides, sides_of_calls
from .sides import codes, sides

MAX_REASONS: Final = 100

_MOST_LATE: Final = 5


def calls(captures: Sequence[CallEvidence], caller: str | None = None) -> tuple[Call, ...]:
    """Every call of these captures. Several captures are taken as sides of the same calls.

    `caller`: address of the one who called, when the user says it. One capture gives codes and no verdict, unless it
    shows two sides of one call, as at a relay. "Not intercepted" is only said when everything that could show an
    interception was seen, and is equal.
    """
    found = sides_of_calls(captures)
    absent = {id(each): tuple(_why_absent(each)) for each in captures}
    if not found:
        return (_no_call(captures, absent),) if captures else ()
    limits = [sentence for each in captures for sentence in (*each.limits, *left_out(each))]
    return tuple(_call(one, captures, caller, absent, limits) for one in found)


def _call(
    one: Sides,
    captures: Sequence[CallEvidence],
    address: str | None,
    absent: Mapping[int, tuple[str, ...]],
    limits: Sequence[str],
) -> Call:
    missing = [each for each in captures if not one.is_in(each)]
    open_questions = [sentence for each in missing for sentence in absent[id(each)]] + list(limits)
    compared = _verdict(one, open_questions)
    who = callers(one.conversations, address)
    names, known_by = sides(one.conversations, who)
    shown = [codes(each, name, who) for each, name in zip(one.conversations, names, strict=True)]
    first = one.conversations[0].latest[0]
    client_called = who[first.handshake].client_called
    return Call(
        verdict=compared.verdict,
        because=_bounded((*compared.because, *one.because, *([known_by] if known_by else []))),
        captures=one.captures,
        codes={side: code for found, _ in shown for side, code in found.items()},
        caller=None if client_called is None else first.followed.client if client_called else first.followed.server,
        caller_known_by=who[first.handshake].how,
        missing_code=tuple(why for _, why in shown if why),
        absent_from=tuple(each.name for each in missing),
    )


def _verdict(one: Sides, open_questions: Sequence[str]) -> Comparison:
    first, *others = one.conversations
    found = [compare(first, other) for other in others]
    reasons = list(open_questions)
    if not others:
        reasons.append("one side of a call cannot show what the other side's user saw: compare the two codes")
        reasons += incomplete(first)
    if reasons:
        found.append(Comparison(CallVerdict.CANNOT_TELL, tuple(reasons)))
    return combined(found)


def _bounded(reasons: Sequence[str]) -> tuple[str, ...]:
    if len(reasons) <= MAX_REASONS:
        return tuple(reasons)
    return (*reasons[: MAX_REASONS - 1], f"and {len(reasons) - MAX_REASONS + 1} reasons more")


def _no_call(captures: Sequence[CallEvidence], absent: Mapping[int, tuple[str, ...]]) -> Call:
    because = [sentence for each in captures for sentence in (*absent[id(each)], *each.limits)]
    names = tuple(each.name for each in captures)
    return Call(CallVerdict.CANNOT_TELL, _bounded(because), names, {}, None, "no handshake was seen to its end")


def _why_absent(evidence: CallEvidence) -> Iterator[str]:
    """Why a capture shows no side of a call that others show, or no call at all."""
    if conversations(evidence):
        yield f"{evidence.name} shows no side of this call"
        return
    yield f"{evidence.name} shows no DTLS handshake from its beginning to its end"
    for seen in unclear_in(evidence)[:_MOST_LATE]:
        yield f"{seen.where}: both sides sent protected records; the capture may have begun after the handshake"
    for other in sorted({one.protocol for one in evidence.others}):
        yield f"{evidence.name} shows {other}, whose secret gives no code that an observer could compute"
