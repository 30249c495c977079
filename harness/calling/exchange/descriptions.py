"""Offer, answer and candidates: only between the devices of an accepted call, and in order (RFC 3264).

Where a call is not between two, each device describes its media to the service alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ...model.mode import Mode
from . import bringing
from .concern import held_by
from .directory import Directory
from .outcome import Found, Offered, Outcome, Passed
from .refusal import refuse
from .said import Answer, CandidatesFound, Offer
from .state import Call, Exchange, Session, Told
from .told import CandidatesOf, Described


def offer(exchange: Exchange, session: Session, said: Offer) -> Outcome:
    """The first one is the caller's, or the service's for a guest; while one is open there is no second."""
    call = held_by(exchange, session, said.call)
    if session.id == call.coming or (not call.described and session.id != call.caller):
        refuse("out-of-order", "The first offer is not this device's.")
    if call.offered is not None:
        refuse("offer-open", "An offer waits for its answer.")
    other = call.other(session.id)
    after = replace(call, described=True, offered=None if other is None else session.id)
    if other is None:
        return Outcome(exchange.with_call(after), deeds=(Offered(call.id, said.sdp, session.id),))
    return _passed(exchange.with_call(after), after, "offer", said.sdp, (session.id, other))


def answer(exchange: Exchange, directory: Directory, session: Session, said: Answer) -> Outcome:
    """An answer belongs to the open offer of another party, or to what the service has offered a guest."""
    call = held_by(exchange, session, said.call)
    if session.id == call.coming:
        return bringing.joined(exchange, directory, call, session, said.sdp)
    if call.offered in (None, session.id):
        refuse("out-of-order", "There is no open offer of another party.")
    assert call.offered is not None
    after = replace(call, offered=None)
    return _passed(exchange.with_call(after), after, "answer", said.sdp, (session.id, call.offered))


def candidates(exchange: Exchange, session: Session, said: CandidatesFound) -> Outcome:
    """Candidates come after the first offer. The service itself needs none."""
    call = held_by(exchange, session, said.call)
    if not call.described:
        refuse("out-of-order", "Candidates come after the first offer.")
    other = call.other(session.id)
    if other is None:
        return Outcome(exchange)
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
