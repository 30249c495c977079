"""The interceptor's certificates look like any WebRTC endpoint's, and no two are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.wire.certificate import fresh_identity

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_it_is_self_signed_over_p_256_with_a_random_hex_name() -> None:
    certificate = fresh_identity(NOW).certificate
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    certificate.verify_directly_issued_by(certificate)
    (name,) = certificate.subject
    assert name.oid == x509.NameOID.COMMON_NAME
    assert len(bytes.fromhex(str(name.value))) == 16


def test_it_is_valid_now() -> None:
    certificate = fresh_identity(NOW).certificate
    assert certificate.not_valid_before_utc == NOW - timedelta(days=1)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=30)


def test_two_are_never_alike() -> None:
    one, other = fresh_identity(NOW), fresh_identity(NOW)
    assert one.certificate.subject != other.certificate.subject
    assert one.certificate.public_key() != other.certificate.public_key()


def test_the_key_is_never_printed() -> None:
    assert "key" not in repr(fresh_identity(NOW))
