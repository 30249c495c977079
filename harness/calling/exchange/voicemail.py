"""The service itself takes a call that nobody has taken: its other end is the voicemail of who was called."""

from __future__ import annotations

from dataclasses import replace

from ...model.feature import Feature
from ...model.mode import Mode
from .concern import from_outside, recorded
from .directory import Directory
from .outcome import Answered, Outcome, Talker
from .state import Call, Exchange, Told
from .told import Accepted, Cancelled, FeatureUsed


def would_be(exchange: Exchange, directory: Directory, call: Call, asked: tuple[str, ...]) -> Mode:
    """The mode of a call that still rings: encrypted if it could be with any of these devices."""
    caller = exchange.sessions[call.caller]
    near = caller.user, caller.device
    far = (exchange.sessions[one] for one in asked)
    modes = {directory.mode(near, (one.user, one.device)) for one in far}
    return Mode.E2EE if Mode.E2EE in modes and not call.forwarded else Mode.SERVICE


def takes_unanswered(exchange: Exchange, directory: Directory, call: Call) -> bool:
    """Whether it takes what nobody answers: its user wants that, and the call would be an ordinary one.

    From outside that is one with any of the user's devices, connected or not, so that it tells nothing of who is there.
    """
    user = directory.users.get(call.callee)
    if user is None or not user.voicemail:
        return False
    if not from_outside(exchange, directory, call):
        return would_be(exchange, directory, call, call.rung) is Mode.SERVICE
    caller = exchange.sessions[call.caller]
    near = caller.user, caller.device
    return all(directory.mode(near, (call.callee, one)) is Mode.SERVICE for one in user.clients)


def answers(exchange: Exchange, directory: Directory, call: Call, by: str | None = None) -> Outcome:
    """It answers in the callee's place. `by` is the device that asked for it; without one, nobody was there to ask."""
    caller = exchange.sessions[call.caller]
    name = directory.name(call.callee if by is None else exchange.sessions[by].user)
    used = FeatureUsed(call=call.id, feature=Feature.VOICEMAIL, on=True, by=name, argument=None)
    asked = () if by is None else (by,)
    display = f"Voicemail of {directory.display(call.callee, caller.user)}"
    accepted = Accepted(call=call.id, mode=Mode.SERVICE, display=display, device="voicemail")
    records = recorded(directory, call.id, (call.caller,), caller.user, call.callee)
    talker = Talker(caller.id, directory.name(caller.user), caller.keying)
    return Outcome(
        exchange.with_call(replace(call, alone=True, mode=Mode.SERVICE)),
        deeds=(Answered(call.id, talker, None, bool(records), directory.domains(caller.user, call.callee)),),
        told=(
            Told((call.caller, *asked), used),
            Told((call.caller,), accepted),
            Told(call.rung, Cancelled(call=call.id, why="voicemail")),
            *records,
        ),
    )
