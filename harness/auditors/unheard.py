"""What must have passed a hop of the signalling, by everything else that is known of the call.

Nobody is invited without a message, connected without both descriptions, or sends DTLS or media without having
described himself. And the way between a party and the service changes nothing (`service_path` proves it where there is
a wire), so what one of them sent is what the other one got: somebody in the service's place shows between what came in
there and what went out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ..model.base import Party, Role
from ..model.recording import SignalEntry, SignalKind, SignalMessage
from ..wire.demux import PacketClass
from .signalled import DESCRIBES

if TYPE_CHECKING:
    from .case import Case

SERVICE: Final = "service"
_WAYS: Final = {Role.CALLER.party.value: ("out", "in"), Role.CALLEE.party.value: ("in",), SERVICE: ("in", "out")}
"""Which descriptions must have passed where somebody sent DTLS; a callee may begin before its answer is on its way."""

_UNDER_KEYS: Final = (PacketClass.DTLS, PacketClass.SRTP, PacketClass.SRTCP)


def unheard(case: Case) -> Mapping[str, str]:
    """By hop, what it lacks. Recordings from before the whole course of a call are held to less."""
    lacking = {hop: lack for hop in (*Party, SERVICE) if (lack := ", ".join(_lacks(case, hop)))}
    return lacking or (dict(_disagreements(case)) if case.recording.invited else {})


def _lacks(case: Case, hop: str) -> Iterator[str]:
    passed = {(one.direction, one.message.kind) for one in case.signalling if one.hop == hop}
    kinds = {kind for _, kind in passed}
    here = [one for one in case.there if hop in (one, SERVICE)]
    invites = case.recording.invited and hop == Role.CALLER.party
    connected, spoke = any(case.connected(one) for one in here), any(_spoke(case, one) for one in here)
    if not kinds and (invites or connected or spoke):
        yield "no message"
        return
    if invites and SignalKind.INVITE not in kinds:
        yield f"no {SignalKind.INVITE}"
    if connected:
        yield from (f"no {one}" for one in DESCRIBES if one not in kinds)
    elif spoke:
        yield from (f"no description on its way {way}" for way in _WAYS[hop] if not _described(passed, way))


def _spoke(case: Case, party: Party) -> bool:
    """Whether something left this party that takes a description of each of the two."""
    leg = case.leg(party)
    return leg is not None and any(one.outward and one.klass in _UNDER_KEYS for one in leg.datagrams)


def _described(passed: Collection[tuple[str, SignalKind]], way: str) -> bool:
    return any((way, kind) in passed for kind in DESCRIBES)


def _disagreements(case: Case) -> Iterator[tuple[str, str]]:
    """Between a party and the service. The real service has words of its own for everything but descriptions."""
    kinds = frozenset(DESCRIBES if case.recording.service_legs else SignalKind)
    for party in Party:
        ways = (
            (_passed(case, party, "out"), _taken(case, party), party.value, SERVICE),
            (_given(case, party), _passed(case, party, "in"), SERVICE, party.value),
        )
        for left, arrived, sender, receiver in ways:
            for missing, hop in ((left - arrived, receiver), (arrived - left, sender)):
                if lost := [one.kind.value for one in missing.elements() if one.kind in kinds]:
                    yield hop, f"not every message ({lost[0]}) that passed between {party} and the service"


def _passed(case: Case, party: Party, direction: str) -> Counter[SignalMessage]:
    return Counter(one.message for one in case.signalling if (one.hop, one.direction) == (party.value, direction))


def _taken(case: Case, party: Party) -> Counter[SignalMessage]:
    """What the service had from a party."""
    return Counter(one.message for one in _at_service(case, "in") if one.message.sender is party)


def _given(case: Case, party: Party) -> Counter[SignalMessage]:
    """What the service sent to a party: from the other one, or in answer to itself."""
    return Counter(
        one.message
        for one in _at_service(case, "out")
        if one.to is party or (one.to is None and one.message.sender is party.peer)
    )


def _at_service(case: Case, direction: str) -> Iterator[SignalEntry]:
    return (one for one in case.signalling if (one.hop, one.direction) == (SERVICE, direction))
