"""Clients that negotiate well and then treat media badly (RFC 3711)."""

from __future__ import annotations

from typing import ClassVar

from ..aiortc import AiortcEndpoint
from ..aiortc_door import DtlsTransport, Transport
from ..sessions import ForgetfulSession, Inbound, Outbound, null_cipher_sessions


class _NullCipherTransport(DtlsTransport):
    def sessions(self) -> tuple[Inbound, Outbound]:
        return null_cipher_sessions(*self.keys_and_salts())


class NullCipher(AiortcEndpoint):
    """Negotiates an honest SRTP profile and then only authenticates: the media goes out in clear, with a valid tag."""

    transport: ClassVar[type[Transport]] = _NullCipherTransport


class _ReplayAcceptingTransport(DtlsTransport):
    def sessions(self) -> tuple[Inbound, Outbound]:
        _, outbound = super().sessions()
        inbound, _ = self.keys_and_salts()
        profile = self.parameters().srtp_profile
        return ForgetfulSession(inbound, profile or ""), outbound


class ReplayAccepted(AiortcEndpoint):
    """Remembers no packet index, so a packet that comes again is authentic again and is handed up again."""

    transport: ClassVar[type[Transport]] = _ReplayAcceptingTransport
