"""Clients that put the key of a call, or what is said in it, where others can read it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from functools import partial
from itertools import count, repeat
from struct import pack
from typing import Final

from ...model.base import Asset
from ...wire import srtp
from ...wire.sdes_exchange import SdesExchange
from ..aiortc import AiortcEndpoint
from ..aiortc_door import DtlsTransport
from ..sessions import Inbound, Outbound
from .media import Sessions, profile_of, with_sessions
from .sessions import STOP, Accompanied, Extended, elements

_FIRST: Final = 12
_INDICATION: Final = 0x0011
_COOKIE: Final = 0x2112A442
_ATTRIBUTE: Final = 0xC0DE
"""One that whoever does not know it must pass over (RFC 8489 section 14)."""
_LONGER: Final = 1400
"""Bytes that make a packet longer than any other of a call: aiortc's have 1300 bytes of payload at most."""


def _in_extension(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    return inbound, Extended(outbound, elements(master_key(dtls), count(_FIRST)))


class KeyInExtension(AiortcEndpoint):
    """Copies its master key into header extension elements of every RTP packet."""

    transport = with_sessions(_in_extension)


def _in_padding(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    return inbound, Extended(outbound, elements(master_key(dtls), repeat(STOP)))


class KeyInPadding(AiortcEndpoint):
    """Copies its master key behind the last element of every header extension, where nobody may read on.

    Each piece has the identifier that stops a reader in front of it, because aiortc does not stop. The padding of RTP
    itself hides nothing that is not hidden: SRTP encrypts it (RFC 3711 section 3.1).
    """

    transport = with_sessions(_in_padding)


def _in_stun(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound, filling: int = 0) -> Sessions:
    def tell(number: int, _packet: bytes) -> None:
        if number == 1:
            dtls.send_beside(indication(bytes(filling) + master_key(dtls)))

    return inbound, Accompanied(outbound, tell)


class KeyInStun(AiortcEndpoint):
    """Sends its master key to the peer once more, in an attribute of a STUN indication."""

    transport = with_sessions(_in_stun)


class RelayToldAKey(AiortcEndpoint):
    """Sends its master key past the relay once, at the end of the longest packet of the call.

    A relay reads each packet over the last one, so the end of the longest stays in its buffer.
    """

    transport = with_sessions(partial(_in_stun, filling=_LONGER))


class KeySentToService(AiortcEndpoint):
    """Puts its master key into the next description that it sends: the service shall be able to help later."""

    def written(self, sdp: str) -> str:
        dtls = self._connections[0].stack.transport
        if self.handshake is None or not isinstance(dtls, DtlsTransport):
            return sdp
        return f"{sdp}a=x-escrow:{b64encode(master_key(dtls)).decode()}\r\n"


class WordsSentToService(AiortcEndpoint):
    """Makes captions of what its own user says, and puts them into the next description that it sends."""

    def written(self, sdp: str) -> str:
        marker = self._setup.markers.get(Asset.AUDIO)
        if self.handshake is None or marker is None:
            return sdp
        return f"{sdp}a=x-transcript:[chord {marker:016x}]\r\n"


class KeysOffered(AiortcEndpoint):
    """Names a media key in each description, beside its fingerprint: a peer that is too old for DTLS might take it."""

    def written(self, sdp: str) -> str:
        return SdesExchange().written(sdp)


class KeyInChat(AiortcEndpoint):
    """Writes its master key behind each line of chat, so that the other one's devices can join without a handshake."""

    async def chat(self, text: str) -> str:
        line = await super().chat(text)
        dtls = self._current.stack.transport
        if self.handshake is None or not isinstance(dtls, DtlsTransport):
            return line
        return f"{line} {b64encode(master_key(dtls)).decode()}"


def master_key(dtls: DtlsTransport) -> bytes:
    """The key that this end sends with, without its salt."""
    return dtls.keys_and_salts()[1][: srtp.profile(profile_of(dtls)).key]


def indication(value: bytes) -> bytes:
    """A STUN binding indication whose only attribute holds this, a multiple of four bytes (RFC 8489 section 5)."""
    attribute = pack("!HH", _ATTRIBUTE, len(value)) + value
    return pack("!HHI12s", _INDICATION, len(attribute), _COOKIE, secrets.token_bytes(12)) + attribute
