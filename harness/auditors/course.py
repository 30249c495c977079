"""What the signalling of a call says of its course: who accepted when, and which mode each party was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Party, Role
from ..model.mode import Mode
from ..model.recording import SignalEntry, SignalKind, SignalMessage

_ELSEWHERE: Final = frozenset({"voicemail", "answered-elsewhere"})
"""Why a device stops ringing that nobody has given up (docs/calling-service.md)."""


def accepted_at(entries: Iterable[SignalEntry], party: Party) -> float | None:
    """From when on this party may describe itself: a callee when its user has accepted, a caller when it is told so."""
    if party.role is Role.CALLEE:
        own = (one for one in _at(entries, party, "out", SignalKind.ACCEPT) if one.message.sender is party)
        return next((one.time for one in own), None)
    return next((one.time for one in _at(entries, party, "in", SignalKind.ACCEPT)), None)


def modes_heard(entries: Iterable[SignalEntry], party: Party) -> tuple[str, ...]:
    """Every mode that this party was told, in order; a callee before its own acceptance is told nothing that counts."""
    every = tuple(entries)
    begins = accepted_at(every, party)
    told = _at(every, party, "in", SignalKind.ACCEPT)
    return tuple(one.message.body for one in told if begins is not None and one.time >= begins)


def mode_told(entries: Iterable[SignalEntry], party: Party) -> Mode | None:
    """The mode that this party makes its call in: the first one that it was told; None when it was told none."""
    heard = modes_heard(entries, party)[:1]
    return next((mode for mode in Mode if mode.value in heard), None)


def taken_elsewhere(entries: Iterable[SignalEntry]) -> str | None:
    """By what an ordinary call was taken while it rang at the callee's device, which was told so; None when it was not.

    It is the service's word. What a caller is promised does not hang on it: there is neither lock nor code.
    """
    every, caller, callee = tuple(entries), Role.CALLER.party, Role.CALLEE.party
    if mode_told(every, caller) is not Mode.SERVICE or accepted_at(every, callee) is not None:
        return None
    told = (message.body for message in heard(every, callee, SignalKind.CANCEL))
    return next((word for word in told if word in _ELSEWHERE), None)


def heard(entries: Iterable[SignalEntry], party: Party, kind: SignalKind) -> tuple[SignalMessage, ...]:
    """The messages of this kind that reached a party."""
    return tuple(one.message for one in _at(entries, party, "in", kind))


def said(entries: Iterable[SignalEntry], party: Party, kind: SignalKind) -> tuple[SignalMessage, ...]:
    """The messages of this kind that a party sent."""
    return tuple(one.message for one in _at(entries, party, "out", kind))


def first_sent(entries: Iterable[SignalEntry], party: Party, *kinds: SignalKind) -> float | None:
    """When a party first sent a message of one of these kinds."""
    times = (one.time for kind in kinds for one in _at(tuple(entries), party, "out", kind))
    return min(times, default=None)


def _at(entries: Iterable[SignalEntry], party: Party, direction: str, kind: SignalKind) -> Iterator[SignalEntry]:
    for one in entries:
        if (one.hop, one.direction, one.message.kind) == (party.value, direction, kind):
            yield one
