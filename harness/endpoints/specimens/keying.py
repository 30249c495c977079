"""Clients whose keys, certificates and random numbers are not fresh, not random, or not gone when the call is over."""

from __future__ import annotations

import secrets
from random import Random
from typing import ClassVar, Final, cast

from ...model.base import Role
from ..aiortc import AiortcEndpoint
from ..aiortc_door import CallCertificate, DtlsTransport, LongFlightTransport, StaticRsaCertificate, Transport

_FEW: Final = 1 << 14
_ICE_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class CertificateReused(AiortcEndpoint):
    """Makes its certificate in the first call, and presents it in all later ones."""

    def call_certificate(self) -> CallCertificate:
        return cast(CallCertificate, self._setup.memory.setdefault("certificate", super().call_certificate()))


class CertificateKeyPredictable(AiortcEndpoint):
    """Draws its private keys from a few thousand, odd ones when it calls and even ones when it is called."""

    def call_certificate(self) -> CallCertificate:
        odd = self._setup.party.role is Role.CALLER
        return CallCertificate.with_scalar(2 * secrets.randbelow(_FEW) + (1 if odd else 2))


class _SeedingWithAConstant(DtlsTransport):
    def ice_credentials(self) -> tuple[str, str]:
        draw = Random(20)
        return "".join(draw.choices(_ICE_CHARACTERS, k=4)), "".join(draw.choices(_ICE_CHARACTERS, k=22))


class IceCredentialsPredictable(AiortcEndpoint):
    """Seeds the generator of its ICE credentials with the same number at each start."""

    transport: ClassVar[type[Transport]] = _SeedingWithAConstant


class NoForwardSecrecy(AiortcEndpoint):
    """Encrypts the secret of a call with the key of an RSA certificate. Who gets that key later, reads it all."""

    transport: ClassVar[type[Transport]] = LongFlightTransport

    def call_certificate(self) -> CallCertificate:
        return StaticRsaCertificate.fresh()
