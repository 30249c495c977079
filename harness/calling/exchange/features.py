"""The features that end-to-end encrypted calls do not have: refused there by name, and done in the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...model.feature import NAMES, Feature
from ...model.mode import Mode
from . import voicemail
from .bringing import BRINGS, between_two, guest_of, then_leaves
from .concern import concerning, from_outside, incoming, reachable
from .directory import Directory
from .outcome import Asked, Outcome
from .refusal import refuse
from .said import UseFeature
from .state import Call, Exchange, Session, Told
from .told import FeatureUsed

WHILE_RINGING: Final = frozenset({Feature.VOICEMAIL, Feature.SIMULTANEOUS_RING})
LEAVES: Final = {(Feature.PARK, True): "parked", (Feature.VOICEMAIL, True): "voicemail"}
"""What takes who asks for it out of the call, in which the other party is left alone; and what that device is told."""
ENDS: Final = frozenset({(Feature.CONSULT_TRANSFER, False), (Feature.COMPANION, False)})
"""What ends a feature for which somebody was brought in."""


def use(exchange: Exchange, directory: Directory, session: Session, said: UseFeature, now: float) -> Outcome:
    """Refusal `locked-feature` in an `e2ee` call: it stays as it is, and nobody but who asked hears of it."""
    call = concerning(exchange, session, said.call)
    if call.ringing and said.feature not in WHILE_RINGING:
        refuse("out-of-order", f"{NAMES[said.feature]} can be asked for when the call has been accepted.")
    if call.ringing and session.id == call.caller and from_outside(exchange, directory, call):
        # before the mode, which hangs on who is there
        refuse("not-the-callee", f"{NAMES[said.feature]} is for who is called to ask for while it rings.")
    rung = (session.id,) if session.id in call.rung else call.rung
    if (call.mode or voicemail.would_be(exchange, directory, call, rung)) is Mode.E2EE:
        refuse("locked-feature", f"{NAMES[said.feature]} is not available in an end-to-end encrypted call.")
    if call.ringing:
        return _forwarded(exchange, directory, session, call, said)
    if session.id not in call.parties or session.id == call.coming or said.feature is Feature.SIMULTANEOUS_RING:
        refuse("out-of-order", f"{NAMES[said.feature]} cannot be asked for now.")
    return _used(exchange, directory, session, call, said, now)


def _used(
    exchange: Exchange, directory: Directory, session: Session, call: Call, said: UseFeature, now: float
) -> Outcome:
    """A feature of a call that is up."""
    key = said.feature, said.on
    told = (Told(call.parties, _frame(directory, session, said)),)
    if key in BRINGS:
        guest = guest_of(exchange, directory, call, (said.feature, session, said.argument), now)
        after = exchange.with_call(replace(call, guests=(*call.guests, guest)))
        deed = Asked(call.id, said.feature, said.on, session.id, guest.leg)
        return Outcome(after, deeds=(deed,), told=(*told, incoming(directory, call, (guest.user, guest.rung), session)))
    out = Outcome(exchange, deeds=(Asked(call.id, said.feature, said.on, session.id),), told=told)
    if key in LEAVES:
        between_two(call)
        call = replace(call, alone=True)
        return then_leaves(replace(out, exchange=exchange.with_call(call)), directory, call, session.id, LEAVES[key])
    if key in ENDS:
        return _ends(out, directory, call, session, said.feature)
    return out


def _ends(out: Outcome, directory: Directory, call: Call, session: Session, feature: Feature) -> Outcome:
    """Whoever was brought in for it goes, or takes the place of who asked."""
    mine = (one for one in call.guests if one.feature is feature and one.by == session.id and one.joined)
    guest = next((one for one in mine if one.session not in call.gone), None)
    if guest is None or guest.session is None:
        refuse("not-now", f"{NAMES[feature]} has not been begun by this device.")
    leaver = guest.session if feature is Feature.COMPANION else session.id
    return then_leaves(out, directory, call, leaver, "companion" if feature is Feature.COMPANION else "transferred")


def _forwarded(exchange: Exchange, directory: Directory, session: Session, call: Call, said: UseFeature) -> Outcome:
    """While it rings: the callee's voicemail takes it, or others may answer as well. No caller says so."""
    if session.user != call.callee:
        refuse("not-the-callee", f"{NAMES[said.feature]} is for who is called to ask for while it rings.")
    if not said.on:
        refuse("not-now", f"{NAMES[said.feature]} cannot be turned off.")
    if said.feature is Feature.VOICEMAIL:
        return voicemail.answers(exchange, directory, call, session.id)
    return _rings_more(exchange, directory, session, call, said)


def _rings_more(exchange: Exchange, directory: Directory, session: Session, call: Call, said: UseFeature) -> Outcome:
    """It rings at another user's devices too. Whoever takes it, it is an ordinary call."""
    if said.argument is None:
        refuse("not-now", "It takes the name of a user.")
    user = directory.colleague(session.user, said.argument)
    if user in {exchange.sessions[one].user for one in call.sessions}:
        refuse("not-now", f"{directory.display(user, session.user)} is in the call, or rung already.")
    more = reachable(exchange, directory, user, session.user)
    after = replace(call, rung=(*call.rung, *more), forwarded=True)
    others = () if from_outside(exchange, directory, call) else (call.caller,)
    told = Told((*others, session.id), _frame(directory, session, said))
    rings = incoming(directory, call, (user, more), exchange.sessions[call.caller])
    return Outcome(exchange.with_call(after), told=(told, rings))


def _frame(directory: Directory, session: Session, said: UseFeature) -> FeatureUsed:
    return FeatureUsed(
        call=said.call, feature=said.feature, on=said.on, by=directory.name(session.user), argument=said.argument
    )
