"""Clients that compare the presented certificate with the promised fingerprints wrongly, or not at all (RFC 8122)."""

from __future__ import annotations

from typing import ClassVar

from aiortc import RTCDtlsParameters

from ...wire.sdp import Fingerprint
from ..aiortc import AiortcEndpoint
from ..aiortc_door import DtlsTransport, Transport
from ..handshake import USABLE_ALGORITHMS, Handshake


class _NeverComparing(DtlsTransport):
    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        return


class FingerprintNeverCompared(AiortcEndpoint):
    """Takes whatever certificate DTLS presents. Its code is honest, so the two screens differ when it matters."""

    transport: ClassVar[type[Transport]] = _NeverComparing


class _ComparingInOneRole(DtlsTransport):
    role: ClassVar[str]

    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        if handshake.parameters.role == self.role:
            super().compare(handshake, remote)


class _ComparingAsServer(_ComparingInOneRole):
    role = "server"


class _ComparingAsClient(_ComparingInOneRole):
    role = "client"


class ComparedOnlyAsServer(AiortcEndpoint):
    """Compares when it is the DTLS server. As the client, which whoever answers a call is, it takes any certificate."""

    transport: ClassVar[type[Transport]] = _ComparingAsServer


class ComparedOnlyAsClient(AiortcEndpoint):
    """Compares when it is the DTLS client. As the server, which whoever calls is, it takes any certificate."""

    transport: ClassVar[type[Transport]] = _ComparingAsClient


class ComparedOnlyOnce(AiortcEndpoint):
    """Compares when the call comes up. When it restarts, it takes whatever certificate DTLS presents."""

    @property
    def _kind(self) -> type[Transport]:
        return _NeverComparing if self._connected else super()._kind


class _TakingAnyLine(DtlsTransport):
    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        if not any(line.matches(handshake.presented) for line in handshake.promised):
            super().compare(handshake, remote)


class AnyFingerprintWins(AiortcEndpoint):
    """One line that matches is enough, whatever the lines beside it say."""

    transport: ClassVar[type[Transport]] = _TakingAnyLine


class _TakingWeakHashes(DtlsTransport):
    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        if any(line.algorithm.lower() in USABLE_ALGORITHMS for line in handshake.promised):
            super().compare(handshake, remote)


class WeakHashAccepted(AiortcEndpoint):
    """Where no line has a hash function that it can compare there is nothing that differs, so it goes on."""

    transport: ClassVar[type[Transport]] = _TakingWeakHashes


class _ComparingAPrefix(DtlsTransport):
    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        true = {name: Fingerprint.of(handshake.presented, name).value for name in USABLE_ALGORITHMS}
        if not all(true.get(line.algorithm.lower(), "").startswith(line.value) for line in handshake.promised):
            super().compare(handshake, remote)


class PrefixCompared(AiortcEndpoint):
    """Compares as much of the digest as the description holds: strncmp with the length of what came."""

    transport: ClassVar[type[Transport]] = _ComparingAPrefix
