"""Clients whose keys can be found out later."""

from __future__ import annotations

from typing import ClassVar

from ..aiortc import AiortcEndpoint
from ..aiortc_door import CallCertificate, LongFlightTransport, StaticRsaCertificate, Transport


class NoForwardSecrecy(AiortcEndpoint):
    """Encrypts the secret of a call with the key of an RSA certificate. Who gets that key later, reads it all."""

    transport: ClassVar[type[Transport]] = LongFlightTransport

    def call_certificate(self) -> CallCertificate:
        return StaticRsaCertificate.fresh()
