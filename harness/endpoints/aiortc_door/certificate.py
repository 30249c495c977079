"""The certificate of one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import RTCCertificate
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL


class CallCertificate(RTCCertificate):
    """A certificate for one call (P-256, made by `generateCertificate`) whose DTLS sessions log their keys."""

    keylog: Callable[[str], None]

    @classmethod
    def fresh(cls) -> CallCertificate:
        """A new P-256 key with its self-signed certificate."""
        return cls.generateCertificate()

    @property
    def der(self) -> bytes:
        return self._cert.public_bytes(Encoding.DER)

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_keylog_callback(lambda _, line: self.keylog(line.decode("ascii")))
        return context
