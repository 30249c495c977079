"""The classic interceptor of DTLS-SRTP (RFC 8827 section 9.1): two associations instead of one, clear media between.

    alice <-- DTLS with the certificate for alice --> interceptor <-- DTLS with the certificate for bob --> bob

Whoever sends a ClientHello is the client: the interceptor is server on that leg and at once client on the other. STUN
passes untouched, so ICE sees nothing. There is one association per party: the media are bundled (RFC 9143), as WebRTC
endpoints do when they can. With `swap` the signalling names the interceptor's certificates; without it
only an endpoint that does not compare fingerprints can be intercepted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model.base import Party, Role
from ..model.recording import SignalMessage
from ..wire.demux import PacketClass, classify
from ..wire.dtls import ContentType, HandshakeType
from ..wire.dtls.record import RECORD_HEADER
from ..wire.sdp import Fingerprint, Sdp
from .certificate import Identity
from .dtls_leg import DtlsLeg
from .machine import (
    Command,
    Deed,
    Deliver,
    Event,
    Forward,
    PathDatagram,
    Signal,
    StartTimer,
    TimerFired,
    WriteDown,
    let_pass,
)
from .signalling import changed
from .srtp_leg import SrtpLeg

PRESENTED: Final = "certificate-presented"

_HELD: Final = 64
"""Packets that may wait for keys, per queue: more than a second of speech."""


@dataclass
class _Side:
    """What the interceptor has with one party. `early` waits for this side's keys, `waiting` to be sealed with them."""

    identity: Identity
    dtls: DtlsLeg | None = None
    srtp: SrtpLeg | None = None
    presented: bool = False
    early: deque[bytes] = field(default_factory=lambda: deque(maxlen=_HELD))
    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=_HELD))


class DtlsMitm:
    """Intercepts one call. `identities` holds the certificate to present to each party."""

    reroutes = False

    def __init__(self, swap: tuple[Role, ...], identities: Mapping[Party, Identity]) -> None:
        self.required = required(swap)
        self._swap = frozenset(swap)
        self._sides = {party: _Side(identities[party]) for party in Party}

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram):
            return self._datagram(event)
        if isinstance(event, Signal):
            return self._signal(event.message)
        if isinstance(event, TimerFired):
            return self._timer(Party(event.token))
        return ()

    # signalling

    def _signal(self, message: SignalMessage) -> Iterator[Command]:
        role = message.sender.role
        if role not in self._swap:
            yield Deliver(message)
            return
        certificate = self._sides[message.sender.peer].identity.der
        swapped = changed(message, lambda sdp: with_fingerprint_of(sdp, certificate))
        yield Deliver(swapped)
        if swapped is not message:
            yield Deed(replaced(role))

    # datagrams

    def _datagram(self, event: PathDatagram) -> Iterable[Command]:
        klass = classify(event.data)
        if klass is PacketClass.DTLS:
            return self._dtls(event.sender, event.data)
        if klass in (PacketClass.SRTP, PacketClass.SRTCP):
            return self._media(event.sender, event.data)
        return let_pass(event)

    def _dtls(self, sender: Party, data: bytes) -> Iterator[Command]:
        side = self._sides[sender]
        if side.dtls is None and _is_client_hello(data):
            side.dtls = DtlsLeg(side.identity, client=False)
            yield from self._start_client(sender.peer)
        if side.dtls is not None:
            yield from self._spoken(sender, side.dtls.receive(data))

    def _start_client(self, party: Party) -> Iterator[Command]:
        side = self._sides[party]
        if side.dtls is None:
            side.dtls = DtlsLeg(side.identity, client=True)
            yield from self._spoken(party, side.dtls.start())

    def _timer(self, party: Party) -> Iterator[Command]:
        leg = self._sides[party].dtls
        if leg is not None:
            yield from self._spoken(party, leg.expire())

    def _spoken(self, party: Party, datagrams: Iterable[bytes]) -> Iterator[Command]:
        """Send what a leg has to say, and draw the conclusions from the state it is in now."""
        for datagram in datagrams:
            yield Forward(party, datagram)
        side, other = self._sides[party], self._sides[party.peer]
        leg = side.dtls
        if leg is None:
            return
        seconds = leg.timeout()
        if seconds is not None:
            yield StartTimer(party.value, seconds)
        if leg.certificate_presented and not side.presented:
            side.presented = True
            yield Deed(PRESENTED)
            yield Deed(presented_to(party))
        if leg.established and side.srtp is None:
            yield from self._established(party, leg)
        if other.dtls is not None:
            yield from self._relay_data(party, leg, other.dtls)

    def _relay_data(self, party: Party, leg: DtlsLeg, other: DtlsLeg) -> Iterator[Command]:
        """Application data and the end of the association are passed on, as they would be without an interceptor."""
        for data in leg.take_received():
            for datagram in other.send(data):
                yield Forward(party.peer, datagram)
        if leg.over:
            for datagram in other.close():
                yield Forward(party.peer, datagram)

    def _established(self, party: Party, leg: DtlsLeg) -> Iterator[Command]:
        keys = leg.srtp_keys()
        if keys is None:
            return
        side = self._sides[party]
        side.srtp = SrtpLeg(keys, client=leg.client)
        yield Deed(ended_with(party))
        while side.waiting:
            yield from self._seal(party, side.waiting.popleft())
        while side.early:
            yield from self._media(party, side.early.popleft())

    # media

    def _media(self, sender: Party, packet: bytes) -> Iterator[Command]:
        side = self._sides[sender]
        if side.srtp is None:
            yield from _hold(side.early, packet)
            return
        clear = side.srtp.open(packet)
        if clear is None:
            yield Deed(f"packets-not-opened-from-{sender}")
            return
        yield WriteDown(sender, clear)
        protocol = "rtcp" if classify(clear) is PacketClass.SRTCP else "rtp"
        yield Deed(f"{protocol}-decrypted-from-{sender}")
        yield from self._seal(sender.peer, clear)

    def _seal(self, to: Party, clear: bytes) -> Iterator[Command]:
        side = self._sides[to]
        if side.srtp is None:
            yield from _hold(side.waiting, clear)
            return
        sealed = side.srtp.seal(clear)
        if sealed is None:
            yield Deed(f"packets-not-sealed-for-{to}")
        else:
            yield Forward(to, sealed)


def required(swap: Iterable[Role]) -> tuple[str, ...]:
    """What must have happened for the attack to count, also when a correct endpoint refused it.

    A party refuses *after* it was presented a certificate that its signalling does not name, and then the call ends:
    how far the other leg got by then is a race. So, of a one-sided swap, only the party whose view stayed honest is
    sure to have been presented with ours; of no swap at all, one of the two; and when both views are swapped nobody
    has a reason to refuse, and both legs must have come up.
    """
    roles = set(swap)
    swapped = tuple(replaced(role) for role in Role if role in roles)
    if not roles:
        return (PRESENTED,)
    if len(roles) == len(Role):
        return (*swapped, *(ended_with(party) for party in Party))
    return (*swapped, *(presented_to(role.party) for role in roles))


def replaced(role: Role) -> str:
    return f"fingerprint-replaced-{role}"


def presented_to(party: Party) -> str:
    return f"{PRESENTED}-to-{party}"


def ended_with(party: Party) -> str:
    return f"dtls-ended-{party}"


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


def _hold(queue: deque[bytes], packet: bytes) -> Iterator[Command]:
    """Keep a packet until there are keys. The queue drops its oldest when it is full, and that is counted."""
    if len(queue) == queue.maxlen:
        yield Deed("packets-dropped")
    queue.append(packet)


def _is_client_hello(data: bytes) -> bool:
    """A DTLS datagram that begins with a ClientHello in clear (epoch 0)."""
    return (
        len(data) > RECORD_HEADER
        and data[0] == ContentType.HANDSHAKE
        and data[3:5] == b"\0\0"
        and data[RECORD_HEADER] == HandshakeType.CLIENT_HELLO
    )
