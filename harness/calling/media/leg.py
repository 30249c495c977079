"""One leg of a call: a device on one side, the service on the other, and keys that nobody else has been told.

Each ICE restart is a further connection of the same leg, with credentials and keys of its own (RFC 8839 section 4.4.1);
the one before serves on until the new one is up.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from ...model.datagram import Address
from ...wire.demux import PacketClass, classify
from ...wire.ice_lite import Credentials, asked_of, checked
from ...wire.sdes_exchange import SdesExchange
from ...wire.sdp import Origin, Sdp
from ...wire.srtp_session import SrtpOpener, SrtpSealer
from .description import Transport, credentials_in, encodings, over

_SSRC, _RTCP_SSRC = slice(8, 12), slice(4, 8)
"""Where a packet says who sent it (RFC 3550 sections 5.1 and 6.4)."""

MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})

_MOST_CONNECTIONS: Final = 4
MOST_STREAMS: Final = 32
"""SSRCs of one connection that are listened to: libsrtp keeps something for each."""
_MOST_SOURCES: Final = 8
"""Addresses that one connection may come from; a device on the move has a few."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one datagram: an answer to send back, or a media packet in clear, or neither."""

    answer: bytes | None = None
    clear: bytes | None = None


class _Connection:
    """Credentials, keys and addresses of one connection. Without both keys nothing is opened or sealed."""

    def __init__(self) -> None:
        self.credentials = Credentials.fresh()
        self.exchange = SdesExchange()
        self.sources: deque[Address] = deque(maxlen=_MOST_SOURCES)
        self.to: Address | None = None
        self._streams: set[bytes] = set()
        self._opener: SrtpOpener | None = None
        self._sealer: SrtpSealer | None = None

    def keyed(self) -> None:
        """Both keys are known, or not yet."""
        if self._opener is not None:
            return
        try:
            theirs, ours = self.exchange.keys
        except ValueError:
            return
        self._opener = SrtpOpener(theirs.key_and_salt, theirs.profile)
        self._sealer = SrtpSealer(ours.key_and_salt, ours.profile)

    def proved(self, source: Address, *, nominated: bool) -> None:
        if source not in self.sources:
            self.sources.append(source)
        if nominated:
            self.to = source

    def open(self, packet: bytes) -> bytes | None:
        source = packet[_SSRC] if classify(packet) is PacketClass.SRTP else packet[_RTCP_SSRC]
        if self._opener is None or (source not in self._streams and len(self._streams) >= MOST_STREAMS):
            return None
        clear = self._opener.open(packet)
        if clear is not None:
            self._streams.add(source)
        return clear

    def seal(self, packet: bytes) -> bytes | None:
        return None if self._sealer is None else self._sealer.seal(packet)


class Leg:
    """`address` is where the service receives on this leg. `counts` says what came in and what became of it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.counts: Counter[str] = Counter()
        self.description: Sdp | None = None
        self.encodings: dict[int, str] = {}
        self._connections = deque([_Connection()], maxlen=_MOST_CONNECTIONS)
        self._origin = Origin.fresh()
        self._peer_origin: Origin | None = None

    # descriptions

    def read(self, sdp: str) -> bool:
        """Take the device's offer or answer; whether it begins another connection.

        ValueError, which quotes no key, for one that is of no use or not the successor of the one before: then nothing
        has changed.
        """
        parsed, origin = Sdp.parse(sdp), Origin.read(sdp)
        if self._peer_origin is not None:
            self._peer_origin.check_successor(origin)
        restarts = self._restarts(parsed)
        connection = _Connection() if restarts else self._connections[-1]
        connection.exchange.read(sdp)
        if restarts:
            self._connections.append(connection)
        self._peer_origin, self.description, self.encodings = origin, parsed, encodings(parsed)
        connection.keyed()
        return restarts

    def renew(self) -> None:
        """What is written next is another connection, because the other side of the call began one."""
        if self.description is not None:
            self._connections.append(_Connection())

    def written(self, media: Sdp) -> str:
        """The service's description of this leg, with what `media` says of codecs and sources; ValueError as `over`."""
        connection = self._connections[-1]
        plain = over(media, Transport(self.address, connection.credentials))
        text = connection.exchange.written(self._origin.written(str(plain)))
        self._origin = self._origin.next()
        connection.keyed()
        return text

    # datagrams

    def arrived(self, data: bytes, source: Address) -> Arrived:
        """Answer a check, or open a media packet that comes from where a check has shown the device to be."""
        if classify(data) in MEDIA:
            return Arrived(clear=self._opened(data, source))
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
        return Arrived(answer=check.answer)

    def sealed(self, clear: bytes) -> tuple[bytes, Address] | None:
        """A packet for the device and where it is; None before it has chosen a path, and for what cannot be sealed."""
        connection = self._chosen
        if connection is None or connection.to is None:
            return None
        sealed = connection.seal(clear)
        if sealed is None:
            self.counts["not-sealed"] += 1
            return None
        self.counts["sent"] += 1
        return sealed, connection.to

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
        if self.description is None or self._asked_anew():
            return False
        return credentials_in(sdp) != credentials_in(self.description)

    def _asked_anew(self) -> bool:
        """Whether the newest connection waits for the device's answer."""
        try:
            _ = self._connections[-1].exchange.keys
        except ValueError:
            return True
        return False
