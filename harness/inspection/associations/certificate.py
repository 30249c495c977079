"""A certificate as it was presented, in words that are safe to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from warnings import catch_warnings, simplefilter

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ...codes.teams20 import thumbprint

_MOST_CHARACTERS: Final = 200
_UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class PresentedCertificate:
    """`thumbprint`: SHA-256 over the DER, in hex. `subject`, `issuer`: RFC 4514, with what is no printable character
    escaped. `key`: "secp256r1", "RSA-2048", or the like. What could not be read is "unreadable"."""

    thumbprint: str
    subject: str
    issuer: str
    key: str


def presented(der: bytes) -> PresentedCertificate:
    """Never raises for bytes that are not empty: an endpoint may present anything as its certificate."""
    printed = thumbprint(der).hex()
    with catch_warnings():
        simplefilter("ignore")  # the library tells standard error of each oddity; strangers choose how many there are
        try:
            certificate = x509.load_der_x509_certificate(der)
        except (ValueError, TypeError, x509.InvalidVersion):
            return PresentedCertificate(printed, _UNREADABLE, _UNREADABLE, _UNREADABLE)
        return PresentedCertificate(printed, *_names(certificate), _key(certificate))


def _names(certificate: x509.Certificate) -> tuple[str, str]:
    try:
        return printable(certificate.subject.rfc4514_string()), printable(certificate.issuer.rfc4514_string())
    except (ValueError, TypeError):
        return _UNREADABLE, _UNREADABLE


def _key(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return _UNREADABLE
    if isinstance(key, EllipticCurvePublicKey):
        return key.curve.name
    if isinstance(key, RSAPublicKey):
        return f"RSA-{key.key_size}"
    return type(key).__name__.removesuffix("PublicKey")


def printable(text: str) -> str:
    """Text from the wire on one line: no control or direction characters, and not longer than 200 characters."""
    shown = "".join(one if one.isprintable() else repr(one)[1:-1] for one in text[:_MOST_CHARACTERS])
    return f"{shown}…" if len(text) > _MOST_CHARACTERS else shown
