"""Clients that attack their peer with what only a peer can send: packets that are authentic, and wrong inside.

They are no specimens, for nothing of theirs is under test: it is the other end that must drop what it cannot use, and
live on. What they do they count as deeds, as any adversary does. STUN is parsed before its proof is looked at, so a
stranger's malformed checks try all that a peer's could; SCTP is not negotiated in these calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from struct import pack
from typing import Final

from ...model.ground_truth import PEER_SENT
from ...wire import rtp
from ..aiortc import AiortcEndpoint
from ..aiortc_door import DtlsTransport, Transport
from ..endpoint import EndpointSetup
from ..sessions import Inbound, Outbound
from .media import Sessions, with_sessions
from .sessions import Receiving, Sending

EVERY: Final = 3
"""Own packets for each that is wrong: many enough to be heard, and the wrong ones come all through the call."""

_OTHER: Final = 0x5EED_5EED
"""What the SSRC of a second stream differs in."""

Wrong = Callable[[bytes, int], bytes | None]
"""(own packet that was just sent, number of the wrong one, from 0) -> plain packet to protect; None for none."""


class Interspersed(Sending):
    """Sends a wrong packet, authentic all the same, after every third of its own RTP packets."""

    def __init__(self, session: Outbound, wrong: Wrong, send: Callable[[bytes], None]) -> None:
        super().__init__(session)
        self._wrong = wrong
        self._send = send
        self._own = 0

    def protect(self, packet: bytes) -> bytes:
        protected = super().protect(packet)
        self._own += 1
        if self._own % EVERY == 0:
            wrong = self._wrong(packet, self._own // EVERY - 1)
            if wrong is not None:
                is_rtcp = 192 <= wrong[1] <= 223
                self._send(self.protect_rtcp(wrong) if is_rtcp else super().protect(wrong))
        return protected


class _Attacking(AiortcEndpoint, ABC):
    """A healthy client but for what it sends beside its media."""

    @property
    def _kind(self) -> type[Transport]:
        return with_sessions(self._attacked)

    def _attacked(self, dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
        def send(protected: bytes) -> None:
            dtls.send_beside(protected)
            self._setup.deeds[PEER_SENT] += 1

        return self.listening(inbound), Interspersed(outbound, self.wrong, send)

    def listening(self, inbound: Inbound) -> Inbound:
        return inbound

    @abstractmethod
    def wrong(self, packet: bytes, number: int) -> bytes | None:
        """The next packet to attack with."""


def malformed_rtp(packet: bytes, number: int) -> bytes | None:
    """A second stream of the codec in use; it ends, because a client must live on and be able to hear again."""
    if number >= len(_PAYLOADS):
        return None
    header = rtp.parse(packet)
    payload, padded = _PAYLOADS[number]
    first = 0x80 | (0x20 if padded else 0)
    return pack("!BBHII", first, header.payload_type, number, header.timestamp, header.ssrc ^ _OTHER) + payload


class MalformedRtpSender(_Attacking):
    """Begins with packets of a second stream that are malformed behind their headers."""

    def wrong(self, packet: bytes, number: int) -> bytes | None:
        return malformed_rtp(packet, number)


_PAYLOADS: Final = (
    (b"", False),  # nothing at all
    (b"\xff", False),  # a frame count that promises another byte (RFC 6716 section 3.2.5)
    (b"\xff\x00", False),  # no frame in a packet of any number of frames
    (b"\xff\x7f" + bytes(2), False),  # sixty-three frames in two bytes
    (bytes(20) + b"\xff", True),  # more padding than packet
    (bytes(21), True),  # padding of no bytes, which ends nowhere
    (b"\xfc" + b"\xa5" * 1100, False),  # noise as long as a packet can be
)
"""Payload, and whether the header announces padding."""


def malformed_rtcp(_packet: bytes, number: int) -> bytes:
    """One report after the other, round and round."""
    return _REPORTS[number % len(_REPORTS)]


class MalformedRtcpSender(_Attacking):
    """Sends reports that promise what is not in them."""

    def wrong(self, packet: bytes, number: int) -> bytes | None:
        return malformed_rtcp(packet, number)


def _rtcp(count: int, packet_type: int, body: bytes, words: int | None = None) -> bytes:
    """An RTCP packet of a source that nobody knows; `words` is the length it says, if it lies."""
    size = 1 + len(body) // 4 if words is None else words
    return pack("!BBHI", 0x80 | count, packet_type, size, _OTHER) + body


_REPORTS: Final = (
    _rtcp(31, 201, b""),  # thirty-one report blocks, of which none is there
    _rtcp(1, 200, bytes(8)),  # a sender report that ends before its counts
    _rtcp(0, 201, b"", words=0xFFFF),  # says 262,144 bytes
    _rtcp(31, 203, b""),  # a BYE of thirty-one sources
    _rtcp(1, 202, b"\x01\xff" + bytes(2)),  # a name that is longer than its packet
    _rtcp(1, 205, bytes(4) + b"\xff\xff\xff\xff"),  # packets lost of a stream that nobody sends
    _rtcp(15, 206, bytes(4) + b"REMX" + bytes(4)),  # feedback of an application that nobody has
    _rtcp(31, 207, b"\xff" * 8),  # an extended report of no known block
)


SHORT_REMB: Final = _rtcp(15, 206, bytes(4) + b"REMB\xff" + bytes(3))
"""An estimate of the bit rate for 255 streams, of which none is named (draft-alvestrand-rmcat-remb-03)."""


class ShortRembSender(_Attacking):
    """Sends an estimate for streams that it does not name."""

    def wrong(self, packet: bytes, number: int) -> bytes | None:
        return SHORT_REMB


class Collision:
    """Own packets once more, under the SSRC that the peer was last heard with."""

    def __init__(self) -> None:
        self._of_peer: int | None = None

    def heard(self, ssrc: int) -> None:
        self._of_peer = ssrc

    def wrong(self, packet: bytes, _number: int) -> bytes | None:
        return None if self._of_peer is None else packet[:8] + self._of_peer.to_bytes(4, "big") + packet[12:]


class Noting(Receiving):
    """Tells the SSRC of each RTP packet that comes in and is authentic."""

    def __init__(self, session: Inbound, note: Callable[[int], None]) -> None:
        super().__init__(session)
        self._note = note

    def unprotect(self, packet: bytes) -> bytes:
        plain = super().unprotect(packet)
        self._note(rtp.parse(packet).ssrc)
        return plain


class SsrcCollider(_Attacking):
    """Sends its media once more under the SSRC that its peer sends with, as in a collision or a loop (RFC 3550
    section 8.2)."""

    def __init__(self, setup: EndpointSetup) -> None:
        self._collision = Collision()
        super().__init__(setup)

    def listening(self, inbound: Inbound) -> Inbound:
        return Noting(inbound, self._collision.heard)

    def wrong(self, packet: bytes, number: int) -> bytes | None:
        return self._collision.wrong(packet, number)
