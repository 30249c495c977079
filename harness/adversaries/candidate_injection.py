"""Writes its own addresses into the descriptions: where ICE connects to is the signalling's word, not a secret.

The path may change; what travels on it may not. An endpoint is right to try an injected candidate, and must not take
anything that does not authenticate from it (RFC 8445 section 19.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ..model.base import Role
from ..model.datagram import Address
from ..model.recording import SignalMessage
from ..wire import stun
from ..wire.demux import PacketClass, classify
from ..wire.sdp import Candidate, Line, Sdp, with_addresses
from .machine import (
    Command,
    Deed,
    Deliver,
    Event,
    FaceOpened,
    Forward,
    Learned,
    OwnSocketOpened,
    PathDatagram,
    Signal,
    StrangerDatagram,
    let_pass,
)
from .signalling import changed

ADDED: Final = "candidate-added"
CONTACTED: Final = "candidate-contacted"
REPLACED: Final = "candidates-replaced"
REMOVED: Final = "candidates-removed"
FORWARDED: Final = "datagrams-forwarded"

HIGHEST_PRIORITY: Final = 2**31 - 1
"""RFC 8445 section 5.1.2."""


class CandidateAddition:
    """Adds its own socket to each description as the best candidate. It never answers what arrives there."""

    required = (ADDED, CONTACTED)
    reroutes = False

    def __init__(self) -> None:
        self._own: Address | None = None
        self._parties: set[Address] = set()

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, OwnSocketOpened):
            self._own = event.address
        elif isinstance(event, Learned):
            self._parties.add(event.address)
        elif isinstance(event, Signal) and self._own is not None:
            own = self._own
            return _deliver(event.message, changed(event.message, lambda sdp: with_candidate(sdp, own)), ADDED)
        elif isinstance(event, StrangerDatagram) and event.source in self._parties and is_check(event.data):
            return (Deed(CONTACTED),)
        return let_pass(event)


class CandidateReplacement:
    """Leaves no candidate but the relay's: both parties' packets pass it, though the network would not lead there."""

    required = (REPLACED, FORWARDED)
    reroutes = True

    def __init__(self) -> None:
        self._faces: dict[Address, Address] = {}

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, FaceOpened):
            self._faces[event.real] = event.face
        elif isinstance(event, PathDatagram):
            return (Forward(event.sender.peer, event.data), Deed(FORWARDED))
        elif isinstance(event, Signal):
            return _deliver(event.message, changed(event.message, self._through_relay), REPLACED)
        return let_pass(event)

    def _through_relay(self, sdp: Sdp) -> Sdp:
        known = [candidate for _, candidate in sdp.candidates() if _address(candidate) in self._faces]
        if not known:
            return sdp
        kept = sdp.map_candidates(lambda candidate: candidate if _address(candidate) in self._faces else None)
        return with_addresses(kept, self._faces)


class CandidateRemoval:
    """Leaves no candidate in the descriptions that some party receives; it must wait for the other one to find it."""

    required = (REMOVED,)
    reroutes = False

    def __init__(self, towards: tuple[Role, ...], *, ended: bool) -> None:
        self._towards = frozenset(towards)
        self._ended = ended

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.sender.peer.role in self._towards:
            return _deliver(event.message, changed(event.message, self._without), REMOVED)
        return let_pass(event)

    def _without(self, sdp: Sdp) -> Sdp:
        """The description as if its sender had found no address of its own, or none as yet."""
        without = sdp.remove("candidate")
        return without if self._ended else without.remove("end-of-candidates")


def with_candidate(sdp: Sdp, address: Address) -> Sdp:
    """A host candidate of the highest priority in front of the first one of each media section."""
    seen: set[int | None] = set()

    def added(line: Line) -> Iterator[str]:
        value = line.value("candidate")
        if value is not None and line.level not in seen:
            seen.add(line.level)
            yield f"a=candidate:{_intruder(Candidate.parse(value), address)}"
        yield line.text

    return sdp.rewrite(added)


def is_check(data: bytes) -> bool:
    """Whether a datagram is an ICE connectivity check: a STUN binding request."""
    if classify(data) is not PacketClass.STUN:
        return False
    try:
        message = stun.parse(data)
    except ValueError:
        return False
    return message.method == stun.Method.BINDING and message.klass == stun.StunClass.REQUEST


def _intruder(model: Candidate, address: Address) -> Candidate:
    host, port = address
    return replace(
        model, foundation="intruder", priority=HIGHEST_PRIORITY, address=host, port=port, type="host", extra=()
    )


def _address(candidate: Candidate) -> Address:
    return candidate.address, candidate.port


def _deliver(message: SignalMessage, new: SignalMessage, deed: str) -> Iterator[Command]:
    yield Deliver(new)
    if new is not message:
        yield Deed(deed)
