"""Works on the reports about the media: SRTCP changed, declared unencrypted, forged, or sent again.

SRTCP carries what ends a stream (BYE) and what slows a sender down, so its tag is mandatory where that of SRTP is not
(RFC 3711 section 3.4), and the E flag beside the index is under the tag like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

from ..model.adversary import SrtcpFault
from ..model.base import Party
from ..wire import rtp, srtp
from ..wire.demux import PacketClass, classify
from ..wire.dtls import AssociationReader
from . import craft
from .machine import Command, Deed, Event, Forward, PathDatagram, let_pass
from .srtp_bitflip import flip

TAMPERED: Final = "srtcp-packets-tampered"

_E_FLAG: Final = 0x80
_INDEX_WORD: Final = 4
_MANDATORY: Final = "SRTP_AES128_CM_HMAC_SHA1_80"
_EVERY: Final = 10
"""A BYE is forged behind every tenth packet of media."""


class SrtcpTamper:
    """Does one thing to every SRTCP packet; or forges BYEs of the streams that pass."""

    required = (TAMPERED,)
    reroutes = False

    def __init__(self, fault: SrtcpFault, seed: str) -> None:
        self._fault = fault
        self._random = Random(seed)
        self._handshake = AssociationReader()
        self._passed = 0

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, PathDatagram):
            return let_pass(event)
        match classify(event.data):
            case PacketClass.DTLS:
                self._handshake.datagram(0, event.sender is Party.ALICE, event.data)
            case PacketClass.SRTCP if self._fault is not SrtcpFault.BYE:
                return self._report(event)
            case PacketClass.SRTP if self._fault is SrtcpFault.BYE:
                return self._media(event)
            case _:
                pass
        return let_pass(event)

    def _report(self, event: PathDatagram) -> Iterator[Command]:
        to, data = event.sender.peer, event.data
        if self._fault is SrtcpFault.REPLAY:
            yield Forward(to, data)
        yield Forward(to, self._changed(data))
        yield Deed(TAMPERED)

    def _changed(self, data: bytes) -> bytes:
        if self._fault is SrtcpFault.FLIP:
            return flip(data, rtp.RTCP_HEADER)
        if self._fault is SrtcpFault.CLEAR_E:
            return without_e(data, self._profile())
        return data

    def _media(self, event: PathDatagram) -> Iterator[Command]:
        """Behind the media of a sender comes its BYE: with E cleared, as clear as RTCP is, and a tag by chance."""
        yield Forward(event.sender.peer, event.data)
        self._passed += 1
        try:
            ssrc = rtp.parse(event.data).ssrc
        except ValueError:
            return
        if self._passed % _EVERY == 0:
            index = self._passed.to_bytes(_INDEX_WORD, "big")
            tag = self._random.randbytes(srtp.profile(self._profile()).rtcp_tag)
            trailer = tag + index if _aead(self._profile()) else index + tag
            yield Forward(event.sender.peer, craft.bye(ssrc) + trailer)
            yield Deed(TAMPERED)

    def _profile(self) -> str:
        """What the handshake that passed has negotiated, in clear in DTLS 1.2; else what every endpoint must know."""
        named = [one.srtp_profile for one in self._handshake.found if one.srtp_profile in srtp.PROFILES]
        return named[-1] if named and named[-1] is not None else _MANDATORY


def without_e(packet: bytes, profile: str) -> bytes:
    """An SRTCP packet whose E flag says that it is not encrypted. Where the flag is, depends on the profile."""
    behind = 0 if _aead(profile) else srtp.profile(profile).rtcp_tag
    at = len(packet) - behind - _INDEX_WORD
    return packet if at < 0 else packet[:at] + bytes([packet[at] & ~_E_FLAG]) + packet[at + 1 :]


def _aead(profile: str) -> bool:
    """An AEAD has its tag in front of the index (RFC 7714 section 9.2), HMAC behind it (RFC 3711 section 3.4)."""
    return "AEAD" in profile
