"""How one leg comes by its keys, whatever its device can do: what `leg` needs of it, and how SDES does it."""

from __future__ import annotations

from typing import Final, Protocol

from ...model.keying import Keying
from ...wire.demux import PacketClass, classify
from ...wire.sdes_exchange import SdesExchange
from ...wire.srtp_session import SrtpOpener, SrtpSealer

_SSRC, _RTCP_SSRC = slice(8, 12), slice(4, 8)
"""Where a packet says who sent it (RFC 3550 sections 5.1 and 6.4)."""

MOST_STREAMS: Final = 32
"""SSRCs under one key that are listened to: libsrtp keeps something for each."""


class MediaKeys:
    """Both keys of a leg: what its device sends is opened, what it gets is sealed. Each: key and salt, and profile."""

    def __init__(self, theirs: tuple[bytes, str], ours: tuple[bytes, str]) -> None:
        self._opener, self._sealer = SrtpOpener(*theirs), SrtpSealer(*ours)
        self._streams: set[bytes] = set()

    def open(self, packet: bytes) -> bytes | None:
        """In clear; None for what is not authentic, a replay, or a stream too many."""
        source = packet[_SSRC] if classify(packet) is PacketClass.SRTP else packet[_RTCP_SSRC]
        if source not in self._streams and len(self._streams) >= MOST_STREAMS:
            return None
        clear = self._opener.open(packet)
        if clear is not None:
            self._streams.add(source)
        return clear

    def seal(self, packet: bytes) -> bytes | None:
        """Sealed; None for what cannot be."""
        return self._sealer.seal(packet)


class KeyAgreement(Protocol):
    """With one device. Descriptions are the device's as they came, and the service's before they go.

    `fault` says why there will be no keys.
    """

    keying: Keying
    fault: str | None

    def read(self, sdp: str) -> None:
        """Take a description. ValueError, which quotes no key, when it is of no use: then nothing has changed."""

    def written(self, sdp: str) -> str:
        """The description with what this side says about keys."""

    def renewed(self) -> KeyAgreement:
        """The one of the connection that comes after this one."""

    @property
    def keys(self) -> MediaKeys | None:
        """None as long as both keys are not there, and when they are not to be used any more."""

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take a datagram of DTLS from where the device is; what is to be sent back."""

    @property
    def waits(self) -> bool:
        """Whether `expire` must be called while time passes."""

    def expire(self) -> list[bytes]:
        """Time has passed; what is to be sent again."""


class SdesAgreement:
    """Keys in the descriptions. Each connection has its own."""

    keying = Keying.SDES
    fault: str | None = None
    waits = False

    def __init__(self) -> None:
        self._exchange = SdesExchange()
        self._keys: MediaKeys | None = None

    def read(self, sdp: str) -> None:
        self._exchange.read(sdp)

    def written(self, sdp: str) -> str:
        return self._exchange.written(sdp)

    def renewed(self) -> SdesAgreement:
        return SdesAgreement()

    @property
    def keys(self) -> MediaKeys | None:
        if self._keys is None:
            try:
                theirs, ours = self._exchange.keys
            except ValueError:
                return None
            self._keys = MediaKeys((theirs.key_and_salt, theirs.profile), (ours.key_and_salt, ours.profile))
        return self._keys

    def receive(self, datagram: bytes) -> list[bytes]:
        """Here nobody has to say anything on the path."""
        return []

    def expire(self) -> list[bytes]:
        return []
