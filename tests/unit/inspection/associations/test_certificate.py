"""Certificates in words that are safe to print, whatever is presented as one."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.associations import presented, printable

from ...wire.openssl_pair import identity


def test_what_a_certificate_says() -> None:
    alice = identity("alice, of = here", ec.generate_private_key(ec.SECP384R1()))
    found = presented(alice.der)
    assert found.thumbprint == alice.certificate.fingerprint(hashes.SHA256()).hex()
    assert (found.subject, found.issuer) == (r"CN=alice\, of = here", r"CN=alice\, of = here")
    assert found.key == "secp384r1"


def test_an_rsa_key_is_named_with_its_size() -> None:
    assert presented(identity("bob", rsa.generate_private_key(65537, 2048)).der).key == "RSA-2048"


def test_another_key_is_named_by_its_kind() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "carol")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day)
    assert presented(builder.sign(key, None).public_bytes(serialization.Encoding.DER)).key == "Ed25519"


def test_names_cannot_steer_the_terminal() -> None:
    found = presented(identity("a\x1b[31m\u202eb\nc").der)
    assert found.subject == r"CN=a\x1b[31m\u202eb\nc"
    assert printable("x" * 300) == "x" * 200 + "…"


@pytest.mark.parametrize("der", [b"honest", b"\x30\x00"])
def test_what_is_no_certificate_still_has_a_thumbprint(der: bytes) -> None:
    found = presented(der)
    assert (found.subject, found.issuer, found.key) == ("unreadable",) * 3
    assert len(found.thumbprint) == 64


REAL = identity("dave").der


@given(st.integers(0, len(REAL) - 1), st.integers(1, 255))
def test_a_spoilt_certificate_never_raises(at: int, mask: int) -> None:
    spoilt = bytearray(REAL)
    spoilt[at] ^= mask
    assert presented(bytes(spoilt)).subject.isprintable()
