"""The features that end-to-end encrypted calls do not have: refused there by name, and done in the others."""

from __future__ import annotations

from typing import Final

from ...model.feature import Feature
from ...model.scenario import Mode
from .calls import concerning
from .directory import Directory
from .outcome import Asked, Outcome
from .refusal import refuse
from .said import UseFeature
from .state import Call, Exchange, Session, Told
from .told import FeatureUsed

NAMES: Final = {
    Feature.CAPTIONS: "Live captions",
    Feature.TRANSCRIPTION: "Transcription",
    Feature.RECORDING: "Recording",
    Feature.TRANSFER: "Call transfer",
    Feature.MERGE: "Call merge",
    Feature.PARK: "Call park",
    Feature.CONSULT_TRANSFER: "Consult, then transfer",
    Feature.COMPANION: "A companion device, or transfer to another device,",
    Feature.ADD_PARTICIPANT: "Adding a participant",
    Feature.VOICEMAIL: "Forwarding to voicemail",
    Feature.SIMULTANEOUS_RING: "Simultaneous ringing",
}
WHILE_RINGING: Final = frozenset({Feature.VOICEMAIL, Feature.SIMULTANEOUS_RING})


def use(exchange: Exchange, directory: Directory, session: Session, said: UseFeature) -> Outcome:
    """Refusal `locked-feature` in an `e2ee` call: it stays as it is, and nobody but who asked hears of it."""
    call = concerning(exchange, session, said.call)
    if call.answered is None and said.feature not in WHILE_RINGING:
        refuse("out-of-order", f"{NAMES[said.feature]} can be asked for when the call has been accepted.")
    if (call.mode or _would_be(exchange, directory, session, call)) is Mode.E2EE:
        refuse("locked-feature", f"{NAMES[said.feature]} is not available in an end-to-end encrypted call.")
    told = FeatureUsed(
        call=call.id, feature=said.feature, on=said.on, by=directory.name(session.user), argument=said.argument
    )
    parties = tuple(one for one in (call.caller, call.answered or session.id) if one is not None)
    return Outcome(
        exchange,
        deeds=(Asked(call, said.feature, said.on, said.argument, session.id),),
        told=(Told(tuple(dict.fromkeys(parties)), told),),
    )


def _would_be(exchange: Exchange, directory: Directory, session: Session, call: Call) -> Mode:
    """The mode that a call would have that still rings: encrypted if it could be with any device that rings."""
    caller = exchange.sessions[call.caller]
    near = caller.user, caller.device
    if session.id in call.rung:
        return directory.mode(near, (session.user, session.device))
    modes = {directory.mode(near, (call.callee, exchange.sessions[one].device)) for one in call.rung}
    return Mode.E2EE if Mode.E2EE in modes else Mode.SERVICE
