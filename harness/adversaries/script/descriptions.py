"""The moves on the signalling: what becomes of a description on its way, and what comes that nobody sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from ...model.adversary.script import (
    AddCandidate,
    AlterFingerprint,
    ChangeLine,
    ForgeOffer,
    HangUp,
    Move,
    OnDescription,
    Recall,
    Repeat,
    RewriteDescription,
    SwapFingerprint,
    Withhold,
)
from ...model.base import Party, Role
from ...model.datagram import Address
from ...model.recording import SignalKind, SignalMessage
from ...wire.certificate import Identity
from ...wire.sdp import Fingerprint, Line, Origin, Sdp
from ..candidate_injection import with_candidate
from ..dtls_mitm import with_fingerprint_of
from ..machine import Command, Deed, Deliver, SendSignal, StartTimer
from ..sdp_rewrite import changes
from ..signalling import DESCRIPTIONS, changed

Change = Callable[[Sdp], Sdp]


class Descriptions:
    """Answers the signalling of one call. `moves` by the names of their deeds; those on packets are none of ours."""

    TIMER: Final = "said "

    def __init__(self, moves: Mapping[str, Move], identities: Mapping[Party, Identity], seed: str) -> None:
        self.own_address: Address | None = None
        self._on_way = {name: move for name, move in moves.items() if isinstance(move, OnDescription)}
        self._forged = {name: move for name, move in moves.items() if isinstance(move, ForgeOffer | HangUp)}
        self._identities = identities
        self._rewrites = changes(seed)
        self._passed: Counter[Role] = Counter()
        self._earlier: dict[tuple[SignalKind, Party], SignalMessage] = {}
        self._latest: dict[Party, SignalMessage] = {}
        self._due: dict[str, tuple[str, Party, SignalMessage]] = {}

    def remember(self, message: SignalMessage) -> None:
        """What an earlier call said."""
        self._earlier[message.kind, message.sender] = message

    def signal(self, message: SignalMessage) -> Iterator[Command]:
        if message.kind not in DESCRIPTIONS:
            yield Deliver(message)
            return
        to = message.sender.peer
        self._latest[message.sender] = message
        self._passed[to.role] += 1
        done: list[str] = []
        passing: SignalMessage | None = message
        for name, move in self._on_way.items():
            if move.towards is not to.role or move.nth not in (None, self._passed[to.role]) or passing is None:
                continue
            if isinstance(move, Repeat):
                yield self._later(name, to, passing, move.after)
                continue
            new = self._moved(move, passing)
            if new is not passing:
                done.append(name)
            passing = new
        if passing is not None:
            yield Deliver(passing)
        if passing != message:
            # Moves that undo each other have done nothing.
            yield from map(Deed, done)

    def call_up(self) -> Iterator[Command]:
        for name, move in self._forged.items():
            message = self._hang_up(move) if isinstance(move, HangUp) else self._reoffer(move)
            if message is not None:
                yield self._later(name, move.towards.party, message, move.after)

    def fired(self, token: str) -> Iterator[Command]:
        due = self._due.pop(token, None)
        if due is not None:
            name, to, message = due
            yield SendSignal(to, message)
            yield Deed(name)

    def _later(self, name: str, to: Party, message: SignalMessage, seconds: float) -> Command:
        token = f"{self.TIMER}{name} {self._passed[to.role]}"
        self._due[token] = (name, to, message)
        return StartTimer(token, seconds)

    # descriptions on their way

    def _moved(self, move: OnDescription, message: SignalMessage) -> SignalMessage | None:
        """The description as this move leaves it: itself when there is nothing to do, None when it does not arrive."""
        match move:
            case Withhold():
                return None
            case Recall():
                return self._earlier.get((message.kind, message.sender), message)
        change = self._change(move, message.sender.peer)
        return message if change is None else changed(message, change)

    def _change(self, move: OnDescription, to: Party) -> Change | None:
        match move:
            case RewriteDescription(rewrite=rewrite):
                return self._rewrites[rewrite]
            case ChangeLine():
                return partial(with_line_changed, move=move)
            case SwapFingerprint():
                return partial(with_own_fingerprint, certificate=self._identities[to].der, move=move)
            case AlterFingerprint():
                return partial(with_altered_digests, octet=move.octet, line=move.line)
            case AddCandidate() if self.own_address is not None:
                return partial(with_candidate, address=self.own_address)
        return None

    # messages that nobody sent

    def _hang_up(self, move: HangUp) -> SignalMessage:
        return SignalMessage(kind=SignalKind.HANGUP, sender=move.towards.party.peer, body="hung up")

    def _reoffer(self, move: ForgeOffer) -> SignalMessage | None:
        """The peer's last description, made an offer again (RFC 3264 section 8)."""
        latest = self._latest.get(move.towards.party.peer)
        if latest is None:
            return None
        offer = latest.model_copy(update={"kind": SignalKind.OFFER})
        offer = changed(offer, newer_offer)
        if move.fingerprint == "genuine":
            return offer
        certificate = self._identities[move.towards.party].der
        return changed(offer, lambda sdp: with_fingerprint_of(sdp, certificate))


def with_line_changed(sdp: Sdp, move: ChangeLine) -> Sdp:
    """Each line that begins as the move says, changed."""

    def change(line: Line) -> tuple[str, ...]:
        if not line.text.startswith(move.start):
            return (line.text,)
        text = move.text or ""
        return {
            "remove": (),
            "double": (line.text, line.text),
            "replace": (text,),
            "insert": (text, line.text),
        }[move.how]

    return sdp.rewrite(change)


def with_own_fingerprint(sdp: Sdp, certificate: bytes, move: SwapFingerprint) -> Sdp:
    """Each fingerprint replaced by that of `certificate` (DER), or in its company; one of the same algorithm is enough.

    A hash function that nobody can compute is left: no endpoint can compare it either.
    """

    def change(line: Line) -> tuple[str, ...]:
        value = line.value("fingerprint")
        if value is None:
            return (line.text,)
        try:
            algorithm = move.algorithm or Fingerprint.parse(line.level, value).algorithm
            own = f"a=fingerprint:{Fingerprint.of(certificate, algorithm)}"
        except ValueError:
            return (line.text,)
        return {"replace": (own,), "before": (own, line.text), "after": (line.text, own)}[move.how]

    return sdp.rewrite(change)


def with_altered_digests(sdp: Sdp, octet: int, line: int | None) -> Sdp:
    """The same octet of each digest inverted; with `line`, only of the n-th fingerprint of the description, from 1."""
    seen = 0

    def altered(old: Fingerprint) -> Fingerprint:
        nonlocal seen
        seen += 1
        digest = old.digest()
        if line not in (None, seen) or digest is None or not -len(digest) <= octet < len(digest):
            return old
        new = bytearray(digest)
        new[octet] ^= 0xFF
        return replace(old, value=new.hex(":").upper())

    return sdp.map_fingerprints(altered)


def newer_offer(sdp: Sdp) -> Sdp:
    """The description as an offer that changes its session: one version higher, any role (RFC 8842 section 5.2)."""
    newer = Origin.read(str(sdp)).next().written(str(sdp))
    return Sdp.parse(newer).with_setup("actpass")
