"""Who called, and how that is known: the order of the two certificates in the code depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..endpoint_name import is_at
from .conversation import Conversation
from .evidence import Seen

Handshake = tuple[bytes | None, bytes | None]


@dataclass(frozen=True)
class Caller:
    """`client_called`: the DTLS client of this handshake is on the side of the caller; None when that is not known.

    `how`: the evidence, or why there is none. `named`: the user said it.
    """

    client_called: bool | None
    how: str
    named: bool = False


def callers(conversations: Sequence[Conversation], address: str | None) -> dict[Handshake, Caller]:
    """The caller of every handshake of a call. One that several captures show must have the same caller in all.

    `address` ("192.0.2.1" or "192.0.2.1:5000") decides where it is one end of a leg and not both. Else ICE does: the
    side that made the offer controls (RFC 8445 section 6.1.1; a lite side never does).
    """
    told: dict[Handshake, list[Caller]] = {}
    for conversation in conversations:
        for seen in conversation.latest:
            told.setdefault(seen.handshake, []).append(_caller(seen, address))
    return {handshake: _agreed(found) for handshake, found in told.items()}


def _caller(seen: Seen, address: str | None) -> Caller:
    followed = seen.followed
    client_is_near = bool(followed.dtls.client_is_near)
    named = [address is not None and is_at(end, address) for end in (followed.near, followed.far)]
    if any(named) and not all(named):
        who = followed.near if named[0] else followed.far
        return Caller(named[0] is client_is_near, f"{who} was named as the caller", named=True)
    ice = seen.evidence.ice_of(followed.leg)
    unused = "" if address is None else f"{address} is {'both ends' if all(named) else 'no end'} of {followed.place}; "
    if ice is None:
        return Caller(None, f"{unused}{seen.evidence.name} shows no ICE on {followed.place}")
    client_called = None if ice.near_controls is None else ice.near_controls is client_is_near
    return Caller(client_called, f"{unused}{seen.evidence.name}: {ice.why}")


def _agreed(found: list[Caller]) -> Caller:
    told = [one for one in found if one.named] or [one for one in found if one.client_called is not None]
    if not told:
        return found[0]
    if len({one.client_called for one in told}) > 1:
        return Caller(None, f"the captures contradict each other: {'; '.join(one.how for one in told)}")
    return told[0]
