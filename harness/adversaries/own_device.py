"""A device of the adversary's own: an address beside the path, an agent of ICE, and an end of DTLS for whoever calls.

It is a real client as far as the network goes. Where it comes into a call is for others to bring about, by descriptions
that name it. It only answers checks (RFC 8445 section 2.5), which is enough for a party that is told so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from ..model.base import Party
from ..model.datagram import Address
from ..wire.certificate import Identity
from ..wire.demux import PacketClass, classify
from ..wire.ice_lite import Credentials, asked_of, checked
from ..wire.sdp import Candidate, Sdp
from .candidate_injection import HIGHEST_PRIORITY
from .dtls_mitm import with_fingerprint_of
from .interception import Interception
from .machine import (
    Command,
    Deed,
    Event,
    Forward,
    Learned,
    OwnSocketOpened,
    PathDatagram,
    SendOffPath,
    StrangerDatagram,
    TimerFired,
)

CHECKED: Final = "device-checked-by"
"""The deed, with a party's name behind it: this party has found the device by ICE."""


class OwnDevice:
    """`parties` are those that it takes part in a call with; `identities` hold the certificate to show to each.

    Between two of them it passes on what they say, as an interceptor does; of one alone it only takes.
    """

    def __init__(self, identities: Mapping[Party, Identity], parties: Collection[Party]) -> None:
        self._identities = identities
        self._credentials = {party: Credentials.fresh() for party in parties}
        self._interception = Interception(identities)
        self._homes: dict[Address, Party] = {}
        self._latest: dict[Party, Address] = {}
        self._address: Address | None = None

    def handle(self, event: Event) -> Iterable[Command]:
        """What the device does about an event; nothing about the signalling and the path."""
        match event:
            case OwnSocketOpened(address):
                self._address = address
            case Learned(party, address):
                self._homes[address] = party
            case StrangerDatagram(source, data) if source in self._homes:
                return self._datagram(self._homes[source], source, data, event.time)
            case TimerFired(token):
                return self._sent(self._interception.timer(Party(token.partition(" ")[0])))
        return ()

    def described(self, like: Sdp, to: Party) -> Sdp:
        """A description of this device for a party, with the media of another one. LookupError without an address."""
        if self._address is None:
            raise LookupError("the device has no address yet")
        host, port = self._address
        candidate = Candidate("1", 1, "udp", HIGHEST_PRIORITY, host, port, "host")
        own = self._credentials[to]
        sdp = like.remove("candidate").replace("ice-ufrag", own.fragment).replace("ice-pwd", own.password)
        sdp = with_fingerprint_of(sdp, self._identities[to].der).insert("a=ice-lite")
        for media in sdp.media():
            sdp = sdp.insert(f"a=candidate:{candidate}", media.level)
        return sdp

    def _datagram(self, party: Party, source: Address, data: bytes, time: float) -> Iterator[Command]:
        if party not in self._credentials:
            return
        self._latest[party] = source
        if classify(data) is not PacketClass.STUN:
            yield from self._sent(self._interception.datagram(PathDatagram(party, data, time, source)))
            return
        own = self._credentials[party]
        check = checked(data, source, own) if asked_of(data) == own.fragment else None
        if check is not None:
            yield SendOffPath(party, check.answer, source)
            if check.genuine:
                yield Deed(f"{CHECKED}-{party}")

    def _sent(self, commands: Iterable[Command]) -> Iterator[Command]:
        """What is to be forwarded goes out of the device's own socket, to where the party last wrote from."""
        for command in commands:
            if not isinstance(command, Forward):
                yield command
            elif command.to in self._latest:
                yield SendOffPath(command.to, command.data, self._latest[command.to])
