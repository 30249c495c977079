"""One association intercepted: DTLS ended on both sides, media opened on one and sealed for the other.

Whoever sends a ClientHello is the client: the interceptor is server on that leg and at once client on the other. STUN
passes untouched, so ICE sees nothing. There is one association per party: the media are bundled (RFC 9143), as WebRTC
endpoints do when they can.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model.base import Party
from ..model.ground_truth import ended_with
from ..wire.certificate import Identity
from ..wire.demux import PacketClass, classify
from ..wire.dtls import ContentType, HandshakeType
from ..wire.dtls.record import RECORD_HEADER
from ..wire.dtls_end import DtlsEnd
from .dtls import Leg
from .machine import Command, Deed, Forward, PathDatagram, StartTimer, WriteDown, let_pass
from .srtp_leg import SrtpLeg

PRESENTED: Final = "certificate-presented"

_HELD: Final = 64
"""Packets that may wait for keys, per queue: more than a second of speech."""


@dataclass
class _Side:
    """What the interceptor has with one party. `early` waits for this side's keys, `waiting` to be sealed with them."""

    dtls: Leg | None = None
    srtp: SrtpLeg | None = None
    presented: bool = False
    early: deque[bytes] = field(default_factory=lambda: deque(maxlen=_HELD))
    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=_HELD))


class Interception:
    """The two ends that the interceptor holds of one association. `identities` are the certificates to present: the one
    that is there when a party's handshake begins.

    `number` tells its timers ("alice 0") from those of other associations.
    """

    def __init__(self, identities: Mapping[Party, Identity], number: int = 0) -> None:
        self._number = number
        self._identities = identities
        self._sides = {party: _Side() for party in Party}

    def datagram(self, event: PathDatagram) -> Iterable[Command]:
        klass = classify(event.data)
        if klass is PacketClass.DTLS:
            return self._dtls(event.sender, event.data)
        if klass in (PacketClass.SRTP, PacketClass.SRTCP):
            return self._media(event.sender, event.data)
        return let_pass(event)

    def _leg(self, party: Party, *, client: bool) -> Leg:
        """The interceptor's end of DTLS with a party."""
        return DtlsEnd(self._identities[party], client=client)

    def _dtls(self, sender: Party, data: bytes) -> Iterator[Command]:
        side = self._sides[sender]
        if side.dtls is None and is_client_hello(data):
            side.dtls = self._leg(sender, client=False)
            yield from self._start_client(sender.peer)
        if side.dtls is not None:
            yield from self._spoken(sender, side.dtls.receive(data))

    def _start_client(self, party: Party) -> Iterator[Command]:
        side = self._sides[party]
        if side.dtls is None:
            side.dtls = self._leg(party, client=True)
            yield from self._spoken(party, side.dtls.start())

    def timer(self, party: Party) -> Iterator[Command]:
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
            yield StartTimer(f"{party} {self._number}", seconds)
        if leg.certificate_presented and not side.presented:
            side.presented = True
            yield Deed(PRESENTED)
            yield Deed(presented_to(party))
        if leg.established and side.srtp is None:
            yield from self._established(party, leg)
        if other.dtls is not None:
            yield from self._relay_data(party, leg, other.dtls)

    def _relay_data(self, party: Party, leg: Leg, other: Leg) -> Iterator[Command]:
        """Application data and the end of the association are passed on, as they would be without an interceptor."""
        for data in leg.take_received():
            for datagram in other.send(data):
                yield Forward(party.peer, datagram)
        if leg.over:
            for datagram in other.close():
                yield Forward(party.peer, datagram)

    def _established(self, party: Party, leg: Leg) -> Iterator[Command]:
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


def presented_to(party: Party) -> str:
    return f"{PRESENTED}-to-{party}"


def _hold(queue: deque[bytes], packet: bytes) -> Iterator[Command]:
    """Keep a packet until there are keys. The queue drops its oldest when it is full, and that is counted."""
    if len(queue) == queue.maxlen:
        yield Deed("packets-dropped")
    queue.append(packet)


def is_client_hello(data: bytes) -> bool:
    """A DTLS datagram that begins with a ClientHello in clear (epoch 0)."""
    return (
        len(data) > RECORD_HEADER
        and data[0] == ContentType.HANDSHAKE
        and data[3:5] == b"\0\0"
        and data[RECORD_HEADER] == HandshakeType.CLIENT_HELLO
    )
