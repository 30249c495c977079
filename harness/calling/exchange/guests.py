"""A guest who does not come: the call goes on as it was, and its parties are told."""

from __future__ import annotations

from dataclasses import replace

from .directory import Directory
from .outcome import Left, Outcome
from .presence import with_presence
from .state import Call, Exchange, Guest, Told
from .told import Cancelled, FeatureUsed, HungUp


def failed(exchange: Exchange, directory: Directory, call: Call, told: tuple[Told, ...] = ()) -> Outcome:
    """Whoever was on the way in stays out. `told` is for the guest's own devices."""
    guest = call.invited
    assert guest is not None
    after = replace(call, guests=tuple(one for one in call.guests if one is not guest))
    name = directory.name(guest.user)
    frame = FeatureUsed(call=call.id, feature=guest.feature, on=False, by=name, argument=name)
    out = Outcome(
        exchange.with_call(after),
        deeds=(Left(call.id, leg=guest.leg),),
        told=(*told, Told(after.parties, frame)),
    )
    return with_presence(exchange, out, directory, guest.user)


def dropped(call: Call, guest: Guest, why: str) -> tuple[Told, ...]:
    """What the guest's devices are told when nobody waits for them any more."""
    if guest.session is not None:
        return (Told((guest.session,), HungUp(call=call.id, reason=why)),)
    return (Told(guest.rung, Cancelled(call=call.id, why=why)),)


def silenced(exchange: Exchange, directory: Directory, call: Call, left: tuple[str, ...]) -> Outcome:
    """Some of the guest's devices are gone; `left` still ring."""
    if not left:
        return failed(exchange, directory, call)
    guests = tuple(one if one.joined else replace(one, rung=left) for one in call.guests)
    return Outcome(exchange.with_call(replace(call, guests=guests)))
