"""What a certificate is made of, and what a policy has against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from .policy import Policy, allows


@dataclass(frozen=True)
class CertificateParameters:
    """What a certificate is made of. `curve` or `rsa_bits` is None when the key is of another kind."""

    key: str
    curve: str | None
    rsa_bits: int | None
    signature_hash: str | None
    not_before: datetime
    not_after: datetime

    def __str__(self) -> str:
        return f"{self.key} certificate signed with {self.signature_hash}"


def certificate_faults(certificate: CertificateParameters, policy: Policy, when: datetime) -> Iterator[str]:
    """What the policy has against a certificate used at this time, as the end of a sentence."""
    if certificate.rsa_bits is not None and certificate.rsa_bits < policy.minimum_rsa_bits.value:
        yield f"has an RSA key of {certificate.rsa_bits} bits, at least {policy.minimum_rsa_bits.value} are asked for"
    if certificate.rsa_bits is None and not allows(policy.curves, certificate.curve):
        yield f"has a key of the kind {certificate.key}, which the policy does not allow"
    if not allows(policy.signature_hashes, certificate.signature_hash):
        yield f"is signed with {certificate.signature_hash}, which the policy does not allow"
    if when < certificate.not_before:
        yield f"is not valid before {certificate.not_before.isoformat()}"
    if when > certificate.not_after:
        yield f"is not valid after {certificate.not_after.isoformat()}"


def read_certificate(der: bytes) -> CertificateParameters:
    """Key, signature and validity of a DER certificate; ValueError when it is not one."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        key, signature = certificate.public_key(), certificate.signature_hash_algorithm
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError(str(error)) from error
    curve = key.curve.name if isinstance(key, EllipticCurvePublicKey) else None
    rsa_bits = key.key_size if isinstance(key, RSAPublicKey) else None
    return CertificateParameters(
        key=curve or (f"RSA-{rsa_bits}" if rsa_bits else type(key).__name__),
        curve=curve,
        rsa_bits=rsa_bits,
        signature_hash=None if signature is None else signature.name,
        not_before=not_before,
        not_after=not_after,
    )
