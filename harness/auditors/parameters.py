"""What was negotiated, as a fact; and whether a policy accepts it, apart from that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason, Severity
from ..model.scenario import Mode
from ..model.voice import Voice
from ..wire.dtls import DtlsAssociation
from .case import Case
from .leg import Leg
from .policy import Policy, allows

NAME: Final = "parameters"

_say = Voice(NAME)
_GRAVE: Final = frozenset({Severity.ALARM, Severity.INCONCLUSIVE})
_PROFILE_IN_CLEAR: Final = "DTLSv1.2"


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


def audit(case: Case) -> tuple[Finding, ...]:
    """Every handshake of every leg; then whether one certificate serves two ends."""
    findings = [finding for leg in case.legs for finding in _leg(case, leg)]
    findings.extend(_reused(case))
    negotiated = any(finding.reason is Reason.PARAMETERS_NEGOTIATED for finding in findings)
    if negotiated and not any(finding.severity in _GRAVE for finding in findings):
        detail = "the policy allows every version, suite, profile and certificate that was used"
        findings.append(_say.fact(Reason.PARAMETERS_ACCEPTABLE, CALL_WIDE, detail))
    return tuple(findings)


def _leg(case: Case, leg: Leg) -> Iterator[Finding]:
    handshakes = [one for one in leg.associations if one.version is not None]
    if not handshakes:
        yield from _nothing(case, leg)
    for one in handshakes:
        yield from _handshake(case, leg, one)


def _nothing(case: Case, leg: Leg) -> Iterator[Finding]:
    yield _say.fact(Reason.NOTHING_NEGOTIATED, leg.name, "no DTLS handshake chose a version, a suite or a profile")
    due = case.connected(leg.party) and case.recording.mode is Mode.E2EE and not leg.clear
    if due:
        detail = f"{leg.party} is connected, but what it negotiated was not seen"
        yield _say.inconclusive(Reason.NO_PACKETS, leg.name, detail)


def _handshake(case: Case, leg: Leg, one: DtlsAssociation) -> Iterator[Finding]:
    policy = case.policy
    negotiated = f"{one.version}, {one.suite_iana}, {one.srtp_profile or 'no SRTP profile in clear'}"
    yield _say.fact(Reason.PARAMETERS_NEGOTIATED, leg.name, negotiated)
    if not allows(policy.versions, one.version):
        yield _say.alarm(Reason.VERSION_NOT_ALLOWED, leg.name, f"the policy does not allow {one.version}")
    if not allows(policy.suites, one.suite_iana):
        yield _say.alarm(Reason.SUITE_NOT_ALLOWED, leg.name, f"the policy does not allow {one.suite_iana}")
    # Later versions encrypt the profile and the certificates: what cannot be read cannot be refused.
    if (one.version == _PROFILE_IN_CLEAR or one.srtp_profile) and not allows(policy.profiles, one.srtp_profile):
        detail = f"the policy does not allow {one.srtp_profile or 'a handshake without an SRTP profile'}"
        yield _say.alarm(Reason.PROFILE_NOT_ALLOWED, leg.name, detail)
    for side, chain in ((leg.party, one.certificates_near), (leg.party.peer, one.certificates_far)):
        yield from _certificate(case, leg, side, chain)


def _certificate(case: Case, leg: Leg, side: Party, chain: tuple[bytes, ...]) -> Iterator[Finding]:
    if not chain:
        if case.connected(leg.party):
            detail = f"the certificate from {side}'s side is not in clear on this leg"
            yield _say.inconclusive(Reason.CERTIFICATE_NOT_VISIBLE, leg.name, detail)
        return
    place = f"the certificate from {side}'s side"
    try:
        certificate = read_certificate(chain[0])
    except ValueError as error:
        yield _say.alarm(Reason.CERTIFICATE_NOT_ALLOWED, leg.name, f"{place} is not readable: {error}")
        return
    yield _say.fact(Reason.PARAMETERS_NEGOTIATED, leg.name, f"{place}: {certificate}")
    for fault in _faults(certificate, case.policy, datetime.fromtimestamp(case.recording.started, UTC)):
        yield _say.alarm(Reason.CERTIFICATE_NOT_ALLOWED, leg.name, f"{place} {fault}")


def _faults(certificate: CertificateParameters, policy: Policy, when: datetime) -> Iterator[str]:
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


def _reused(case: Case) -> Iterator[Finding]:
    """A per-call certificate belongs to one end: both ends of a leg, and the far ends of both legs, must differ."""
    for leg in case.legs:
        if set(leg.own_certificates) & set(leg.presented_certificates):
            detail = f"{leg.party} was presented the certificate that it presents itself"
            yield _say.alarm(Reason.CERTIFICATE_REUSED, leg.name, detail)
    presented = [set(leg.presented_certificates) for leg in case.legs]
    if len(presented) == len(Party) and presented[0] & presented[1]:
        detail = "alice and bob were presented the same certificate, as by somebody between them"
        yield _say.alarm(Reason.CERTIFICATE_REUSED, CALL_WIDE, detail)
