"""The classic interceptor of DTLS-SRTP (RFC 8827 section 9.1): two associations instead of one, clear media between.

    alice <-- DTLS with the certificate for alice --> interceptor <-- DTLS with the certificate for bob --> bob

With `swap` the signalling names the interceptor's certificates; without it only an endpoint that does not compare
fingerprints can be intercepted. Each ICE restart is a new association, from new sockets of both parties: the
interceptor begins with the first one, or lets the call come up honestly and takes the restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ..model.base import Party, Role
from ..model.datagram import Address
from ..model.ground_truth import ended_with
from ..model.recording import SignalKind, SignalMessage
from ..wire.certificate import Identity
from ..wire.demux import PacketClass, classify
from ..wire.sdp import Fingerprint, Line, Sdp
from .beside import TRIED, Beside, replaced
from .code_collision import CodeCollision
from .grinding import Agreement
from .interception import PRESENTED, Interception, is_client_hello, presented_to
from .machine import Command, Deed, Deliver, Event, Grind, Ground, Learned, PathDatagram, Signal, TimerFired, let_pass
from .signalling import changed

GROUND: Final = "certificate-ground"

How = Literal["replace", "before", "after"]


@dataclass(frozen=True)
class Plan:
    """How to intercept. `how` and `lines`: whether own fingerprints replace the genuine ones or stand beside them, and
    how many there are, with which hash function if not with the genuine one's. `restart`: the first association that is
    intercepted is that of the restart."""

    swap: frozenset[Role] = frozenset()
    how: How = "replace"
    lines: int = 1
    algorithm: str | None = None
    restart: bool = False
    agreement: Agreement | None = None


@dataclass
class _Associations:
    """Which association a socket of a party belongs to: its n-th socket, to the n-th."""

    sockets: dict[Party, list[Address]] = field(default_factory=lambda: {party: [] for party in Party})

    def learn(self, party: Party, address: Address) -> None:
        if address not in self.sockets[party]:
            self.sockets[party].append(address)

    def number(self, party: Party, source: Address) -> int:
        """From 0; a socket that nobody announced belongs to the latest one."""
        known = self.sockets[party]
        return known.index(source) if source in known else max(0, len(known) - 1)


class DtlsMitm:
    """Intercepts one call. `identities` holds the certificate to present to each party."""

    reroutes = False

    def __init__(self, plan: Plan, identities: Mapping[Party, Identity]) -> None:
        self.required = required(plan)
        self._plan = plan
        self._identities = dict(identities)
        self._associations = _Associations()
        self._interceptions: dict[int, Interception] = {}
        self._offers = 0
        self._moved = False
        self._beside = None if plan.how == "replace" else Beside(plan.swap)
        self._collision = None if plan.agreement is None else CodeCollision(plan.agreement, self._identities)

    def handle(self, event: Event) -> Iterable[Command]:
        commands = self._handled(event)
        return commands if self._beside is None else self._beside.seen(event, commands)

    def _handled(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram):
            return self._datagram(event)
        if isinstance(event, Signal):
            return self._signal(event)
        if isinstance(event, Ground):
            return self._ground(event)
        if isinstance(event, Learned):
            self._associations.learn(event.party, event.address)
        elif isinstance(event, TimerFired):
            party, _, number = event.token.partition(" ")
            return self._interceptions[int(number)].timer(Party(party))
        return ()

    # datagrams

    def _datagram(self, event: PathDatagram) -> Iterable[Command]:
        number = self._number(event)
        if self._plan.restart and number == 0:
            return let_pass(event)
        if number not in self._interceptions:
            if self._plan.restart and not is_client_hello(event.data):
                return self._before_a_handshake(event)
            self._interceptions[number] = Interception(self._identities, number)
        commands = self._interceptions[number].datagram(event)
        return self._followed(commands) if self._plan.restart else commands

    def _before_a_handshake(self, event: PathDatagram) -> Iterator[Command]:
        """The call has restarted, and nobody has begun another association: whoever sends media has kept the first."""
        if classify(event.data) in (PacketClass.SRTP, PacketClass.SRTCP):
            yield Deed(f"association-kept-by-{event.sender}")
            yield Deed(followed(event.sender))
        yield from let_pass(event)

    def _followed(self, commands: Iterable[Command]) -> Iterator[Command]:
        for command in commands:
            yield command
            yield from (Deed(followed(party)) for party in Party if command == Deed(ended_with(party)))

    def _number(self, event: PathDatagram) -> int:
        """Which association a datagram belongs to. A stack that keeps its sockets at the restart, or has not left them
        yet, begins the new one on the old: then nothing that comes there belongs to the first any more."""
        number = self._associations.number(event.sender, event.source)
        if self._plan.restart and number == 0 and self._offers > 1 and is_client_hello(event.data):
            self._moved = True
        return max(number, 1) if self._moved else number

    # signalling

    def _signal(self, event: Signal) -> Iterator[Command]:
        message = event.message
        self._offers += message.kind is SignalKind.OFFER
        if message.sender.role not in self._plan.swap or (self._plan.restart and self._offers < 2):
            yield Deliver(message)
            return
        task = None if self._collision is None else self._collision.task(message, event.time)
        if task is None:
            yield from self._swapped(message)
        else:
            yield Grind(task, message)

    def _ground(self, event: Ground) -> Iterator[Command]:
        """The search is over, and the message goes on: with the certificate that was found, or else with the old."""
        if self._collision is not None and event.tries is not None:
            self._identities[Party.ALICE] = self._collision.found(event.tries)
            yield Deed(GROUND)
            yield Deed(f"{GROUND}-tries", event.tries)
            yield Deed(f"{GROUND}-milliseconds", self._collision.milliseconds(event.time))
        yield from self._swapped(event.message)

    def _swapped(self, message: SignalMessage) -> Iterator[Command]:
        certificate = self._identities[message.sender.peer].der
        swapped = changed(message, lambda sdp: self._with_own(sdp, certificate))
        yield Deliver(swapped)
        if swapped is not message:
            yield Deed(replaced(message.sender.role))

    def _with_own(self, sdp: Sdp, certificate: bytes) -> Sdp:
        if self._plan.how == "replace":
            return with_fingerprint_of(sdp, certificate)
        return with_lines_of(sdp, certificate, self._plan.how, self._plan.lines, self._plan.algorithm)


def required(plan: Plan) -> tuple[str, ...]:
    """What must have happened for the attack to count, also when a correct endpoint refused it.

    A party refuses *after* it was presented a certificate that its signalling does not name, and then the call ends:
    how far the other leg got by then is a race. So, of a one-sided swap, only the party whose view stayed honest is
    sure to have been presented with ours; of no swap at all, one of the two; and when both views are replaced nobody
    has a reason to refuse, and both legs must have come up. At a restart that is for the parties to make possible: who
    keeps the association that there is, meets nobody. Of fingerprints beside the genuine ones see `beside`.
    """
    swapped = tuple(replaced(role) for role in Role if role in plan.swap)
    if plan.how != "replace":
        return (TRIED,)
    if not plan.swap:
        return (PRESENTED,)
    if len(plan.swap) == len(Role):
        ground = () if plan.agreement is None else (GROUND,)
        met = followed if plan.restart else ended_with
        return (*swapped, *(met(party) for party in Party), *ground)
    return (*swapped, *(presented_to(role.party) for role in plan.swap))


def followed(party: Party) -> str:
    """What became of the association of a party at the restart: it ended a new one with us, or kept the old one."""
    return f"restart-followed-of-{party}"


def with_fingerprint_of(sdp: Sdp, certificate: bytes) -> Sdp:
    """Every fingerprint replaced by that of `certificate` (DER), with the hash function it already names.

    A hash function that nobody can compute is left: no endpoint can compare it either.
    """

    def swapped(old: Fingerprint) -> Fingerprint:
        try:
            return Fingerprint.of(certificate, old.algorithm, old.level)
        except ValueError:
            return old

    return sdp.map_fingerprints(swapped)


def with_lines_of(sdp: Sdp, certificate: bytes, how: How, lines: int, algorithm: str | None = None) -> Sdp:
    """`lines` fingerprints beside each genuine one: the first is that of `certificate`, more are of others like it.

    With `algorithm` they are of that hash function, and genuine ones of it go, wherever others are left.
    """
    genuine = {one.level for one in sdp.fingerprints() if one.algorithm.lower() != algorithm}

    def beside(line: Line) -> tuple[str, ...]:
        value = line.value("fingerprint")
        if value is None:
            return (line.text,)
        old = Fingerprint.parse(line.level, value)
        if old.algorithm.lower() == algorithm:
            return () if old.level in genuine else (line.text,)
        try:
            own = Fingerprint.of(certificate, algorithm or old.algorithm, old.level)
        except ValueError:
            return (line.text,)
        added = tuple(f"a=fingerprint:{_variant(own, number)}" for number in range(lines))
        return (*added, line.text) if how == "before" else (line.text, *added)

    return sdp.rewrite(beside)


def _variant(own: Fingerprint, number: int) -> Fingerprint:
    """The fingerprint of the number-th of several certificates: which they are does not matter, but how many."""
    digest = bytearray.fromhex(own.value.replace(":", ""))
    digest[-1] ^= number
    return replace(own, value=digest.hex(":").upper())
