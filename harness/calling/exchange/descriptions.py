"""Offer, answer and candidates: only between the two devices of an accepted call, and in order (RFC 3264)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ...model.scenario import Mode
from .calls import held_with
from .outcome import Found, Outcome, Passed
from .refusal import refuse
from .said import Answer, CandidatesFound, Offer
from .state import Call, Exchange, Session, Told
from .told import CandidatesOf, Described


def offer(exchange: Exchange, session: Session, said: Offer) -> Outcome:
    """The first one is the caller's; while one is open there is no second."""
    call, other = held_with(exchange, session, said.call)
    if not call.described and session.id != call.caller:
        refuse("out-of-order", "The first offer is the caller's.")
    if call.offered is not None:
        refuse("offer-open", "An offer waits for its answer.")
    after = replace(call, described=True, offered=session.id)
    return _passed(exchange.with_call(after), after, "offer", said.sdp, (session.id, other))


def answer(exchange: Exchange, session: Session, said: Answer) -> Outcome:
    """An answer belongs to the open offer of the other party."""
    call, other = held_with(exchange, session, said.call)
    if call.offered != other:
        refuse("out-of-order", "There is no open offer of the other party.")
    after = replace(call, offered=None)
    return _passed(exchange.with_call(after), after, "answer", said.sdp, (session.id, other))


def candidates(exchange: Exchange, session: Session, said: CandidatesFound) -> Outcome:
    """Candidates come after the first offer."""
    call, other = held_with(exchange, session, said.call)
    if not call.described:
        refuse("out-of-order", "Candidates come after the first offer.")
    if call.mode is Mode.SERVICE:
        return Outcome(exchange, deeds=(Found(call.id, said.candidates, session.id, other),))
    return Outcome(exchange, told=(Told((other,), CandidatesOf(call=call.id, candidates=said.candidates)),))


def _passed(
    exchange: Exchange, call: Call, kind: Literal["offer", "answer"], sdp: str, way: tuple[str, str]
) -> Outcome:
    """To the other party as it is; in a `service` call by way of the media processor."""
    sender, to = way
    if call.mode is Mode.SERVICE:
        return Outcome(exchange, deeds=(Passed(call.id, kind, sdp, sender, to),))
    return Outcome(exchange, told=(Told((to,), Described(type=kind, call=call.id, sdp=sdp)),))
