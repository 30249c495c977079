"""One leg of a call: a device on one side, the service on the other, and keys that nobody else has been told.

How these come to be is the leg's `KeyAgreement`; the rest is the same for every device.

Each ICE restart is a further connection of the same leg, with credentials and keys of its own (RFC 8839 section 4.4.1);
the one before serves on until the new one is up.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from ...model.datagram import Address
from ...model.keying import Keying
from ...wire.demux import PacketClass, classify
from ...wire.ice_lite import Credentials, asked_of, checked
from ...wire.sdp import Origin, Sdp
from .agreement import KeyAgreement, SdesAgreement
from .description import Transport, credentials_in, encodings, over
from .sections import Sections
from .sound import is_sound
from .voices import Voices

MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})

MOST_SECTIONS: Final = 32
MOST_LINES: Final = 2048
"""Of a device's description: a browser with two cameras and two screens has some six sections and a thousand lines.
While it is read nobody else is served."""
_MOST_CONNECTIONS: Final = 4
_MOST_SOURCES: Final = 8
"""Addresses that one connection may come from; a device on the move has a few."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one datagram: answers to send back, or a media packet in clear, or neither."""

    answers: tuple[bytes, ...] = ()
    clear: bytes | None = None


class _Connection:
    """Credentials, keys and addresses of one connection. `described`: the device has said something of it."""

    def __init__(self, agreement: KeyAgreement) -> None:
        self.credentials = Credentials.fresh()
        self.agreement = agreement
        self.described = False
        self.sources: deque[Address] = deque(maxlen=_MOST_SOURCES)
        self.to: Address | None = None

    def next(self) -> _Connection:
        """The one that comes after it."""
        return _Connection(self.agreement.renewed())

    def proved(self, source: Address, *, nominated: bool) -> None:
        if source not in self.sources:
            self.sources.append(source)
        if nominated:
            self.to = source

    def open(self, packet: bytes) -> bytes | None:
        keys = self.agreement.keys
        return None if keys is None else keys.open(packet)

    def seal(self, packet: bytes) -> bytes | None:
        keys = self.agreement.keys
        return None if keys is None else keys.seal(packet)


class Leg:
    """`address` is where the service receives on this leg. `counts` says what came in and what became of it."""

    def __init__(self, address: Address, agreement: KeyAgreement | None = None) -> None:
        self.address = address
        self.counts: Counter[str] = Counter()
        self.description: Sdp | None = None
        self.encodings: dict[int, str] = {}
        self.sections = Sections(Sdp(()))
        self._voices = Voices()
        self._connections = deque([_Connection(agreement or SdesAgreement())], maxlen=_MOST_CONNECTIONS)
        self._origin = Origin.fresh()
        self._peer_origin: Origin | None = None

    # descriptions

    def read(self, sdp: str) -> bool:
        """Take the device's offer or answer; whether it begins another connection.

        ValueError, which quotes no key, for one that is of no use or not the successor of the one before: then nothing
        has changed.
        """
        parsed, origin = _bounded(Sdp.parse(sdp)), Origin.read(sdp)
        if self._peer_origin is not None:
            self._peer_origin.check_successor(origin)
        restarts = self._restarts(parsed)
        connection = self._connections[-1].next() if restarts else self._connections[-1]
        connection.agreement.read(sdp)
        connection.described = True
        if restarts:
            self._connections.append(connection)
        self._peer_origin, self.description, self.encodings = origin, parsed, encodings(parsed)
        self.sections = Sections(parsed)
        return restarts

    def renew(self) -> None:
        """What is written next is another connection, because the other side of the call began one."""
        if self.description is not None:
            self._connections.append(self._connections[-1].next())

    def written(self, media: Sdp) -> str:
        """The service's description of this leg, with what `media` says of codecs and sources; ValueError as `over`."""
        connection = self._connections[-1]
        plain = over(media, Transport(self.address, connection.credentials, connection.agreement.keying))
        text = connection.agreement.written(self._origin.written(str(plain)))
        self._origin = self._origin.next()
        return text

    # datagrams

    def arrived(self, data: bytes, source: Address) -> Arrived:
        """Answer a check; or open a media packet, or go on with DTLS, when it comes from where a check has shown the
        device to be."""
        kind = classify(data)
        if kind in MEDIA:
            return Arrived(clear=self._opened(data, source))
        if kind is PacketClass.DTLS:
            return Arrived(answers=self._shaken(data, source))
        fragment = asked_of(data)
        if fragment is None:
            self.counts["dropped"] += 1
            return Arrived()
        connection = next((one for one in self._connections if one.credentials.fragment == fragment), None)
        check = checked(data, source, (connection or self._connections[-1]).credentials)
        if check is None:
            return Arrived()
        if connection is not None and check.genuine:
            connection.proved(source, nominated=check.nominates)
        self.counts["checks" if check.genuine else "checks-refused"] += 1
        return Arrived(answers=(check.answer,))

    @property
    def waits(self) -> bool:
        """Whether `expired` must be called while time passes."""
        return any(one.agreement.waits for one in self._connections)

    @property
    def fault(self) -> str | None:
        """Why the newest connection will never have keys."""
        return self._connections[-1].agreement.fault

    def expired(self) -> list[tuple[bytes, Address]]:
        """What has to be sent again, and where to."""
        waiting = [one for one in self._connections if one.agreement.waits and one.sources]
        return [(again, one.sources[-1]) for one in waiting for again in one.agreement.expire()]

    def sealed(self, clear: bytes, section: str | None = None) -> tuple[bytes, Address] | None:
        """A packet for the device and where it is; None before it has chosen a path, and for what cannot be sealed.

        `section` is the name of the one that the packet belongs to, which it then says itself.
        """
        connection = self._chosen
        if connection is None or connection.to is None:
            return None
        sealed = connection.seal(self._said(clear, section))
        if sealed is None:
            self.counts["not-sealed"] += 1
            return None
        self.counts["sent"] += 1
        return sealed, connection.to

    def turned(self) -> None:
        """Who is heard on this leg has changed, without a word in any description."""
        if self._connections[-1].agreement.keying is Keying.DTLS:
            self._voices.turned()

    def _said(self, clear: bytes, section: str | None) -> bytes:
        """A packet as the device gets it."""
        sound = is_sound(clear, self.encodings)
        return self.sections.named(self._voices.given(clear) if sound else clear, section)

    def _shaken(self, data: bytes, source: Address) -> tuple[bytes, ...]:
        """DTLS. Only a device that has signed a check is worth the work."""
        connection = next((one for one in reversed(self._connections) if source in one.sources), None)
        self.counts["strangers" if connection is None else "handshake"] += 1
        return () if connection is None else tuple(connection.agreement.receive(data))

    def _opened(self, data: bytes, source: Address) -> bytes | None:
        for connection in reversed(self._connections):
            if source in connection.sources:
                clear = connection.open(data)
                self.counts["opened" if clear is not None else "not-opened"] += 1
                return clear
            if connection is self._chosen:
                break  # what ends with an older one, and says so, must not end what came after it
        self.counts["strangers"] += 1
        return None

    @property
    def _chosen(self) -> _Connection | None:
        """The newest connection that the device has chosen a path for."""
        return next((one for one in reversed(self._connections) if one.to is not None), None)

    def _restarts(self, sdp: Sdp) -> bool:
        """Other ICE credentials than before, and not because the service itself asked for another connection."""
        if self.description is None or not self._connections[-1].described:
            return False
        return credentials_in(sdp) != credentials_in(self.description)


def _bounded(sdp: Sdp) -> Sdp:
    """The same. ValueError when it is more than any device has to say."""
    if len(sdp.raw) > MOST_LINES:
        raise ValueError(f"the description has more than {MOST_LINES} lines")
    if sum(line.startswith("m=") for line in sdp.raw) > MOST_SECTIONS:
        raise ValueError(f"the description has more than {MOST_SECTIONS} sections")
    return sdp
