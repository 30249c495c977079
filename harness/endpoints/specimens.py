"""Endpoints broken on purpose, one planted fault each, to prove that the harness sees it.

Each differs from the healthy endpoint in exactly what its docstring says.
"""

from __future__ import annotations

from typing import ClassVar, Final

from aiortc import RTCDtlsParameters

from ..model.statement import Indicator, Screen
from .aiortc import AiortcEndpoint
from .aiortc_door import DtlsTransport, Transport
from .clear import ClearEndpoint
from .handshake import Handshake
from .sessions import ForgetfulSession, Inbound, Outbound, null_cipher_sessions

CONSTANT_CODE: Final = "12345678901234567890"


class _NeverComparing(DtlsTransport):
    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        return


class FingerprintNeverCompared(AiortcEndpoint):
    """Takes whatever certificate DTLS presents. Its code is honest, so the two screens differ when it matters."""

    transport: ClassVar[type[Transport]] = _NeverComparing


class CodeFromSdp(FingerprintNeverCompared):
    """Makes the code from the peer's sha-256 line instead of the certificate that DTLS presented.

    It does not compare either, because alone the fault can never show: where the comparison holds, the line and the
    certificate have the same digest, and the code is the right one.
    """

    def code(self, handshake: Handshake) -> str:
        for line in handshake.promised:
            digest = line.digest()
            if line.algorithm.lower() == "sha-256" and digest is not None:
                return self.code_of(digest)
        raise ValueError("the peer's description has no usable sha-256 fingerprint")


class ConstantCode(AiortcEndpoint):
    """Shows the same code in every call, so that two people compare nothing."""

    def code(self, handshake: Handshake) -> str:
        return CONSTANT_CODE


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


class ClearWithLock(ClearEndpoint):
    """A call without any encryption, with the lock and a code on both screens."""

    def screen(self) -> Screen:
        return Screen(indicator=Indicator.LOCK, code=CONSTANT_CODE, peer=self._setup.peer_name)
