"""Private keys that can be worked out from public ones: each weakness planted, and none in keys made properly."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from harness.inspection.misuse.weak_keys import (
    SMALL,
    EcKey,
    RsaKey,
    neighbouring_primes,
    public_key,
    shared_factors,
    small_difference,
    small_scalar,
)
from tests.unit.wire.openssl_pair import identity

CURVES = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]


def key(scalar: int, curve: ec.EllipticCurve = CURVES[0]) -> EcKey:
    numbers = ec.derive_private_key(scalar, curve).public_key().public_numbers()
    return EcKey(curve.name, numbers.x, numbers.y)


def primes() -> list[int]:
    """Six primes of 512 bits, from three keys of OpenSSL."""
    made = [rsa.generate_private_key(65_537, 1_024).private_numbers() for _ in range(3)]
    return [prime for one in made for prime in (one.p, one.q)]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@pytest.mark.parametrize("scalar", [1, 2, 1_023, 1_024, 1_025, 40_000, SMALL])
def test_a_small_scalar_is_found(curve: ec.EllipticCurve, scalar: int) -> None:
    assert small_scalar(key(scalar, curve)) == scalar


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_large_scalar_is_not(curve: ec.EllipticCurve) -> None:
    numbers = ec.generate_private_key(curve).public_key().public_numbers()
    assert small_scalar(EcKey(curve.name, numbers.x, numbers.y)) is None
    assert small_scalar(key(SMALL + 1, curve)) is None


def test_counted_private_keys_are_found_up_and_down() -> None:
    scalar = 2**200 + 12_345
    assert small_difference(key(scalar), key(scalar + 1)) == 1
    assert small_difference(key(scalar + 500), key(scalar)) == 500
    assert small_difference(key(scalar), key(2**201)) is None
    assert small_difference(key(scalar), key(scalar + 1, CURVES[1])) is None


def test_shared_primes_are_found_and_only_they() -> None:
    p, q, r, s, t, u = primes()
    assert shared_factors([p * q, r * s, p * t]) == {p * q: p, p * t: p}
    assert shared_factors([p * q, r * s, t * u]) == {}
    assert shared_factors([p * q, p * q]) == {}
    assert shared_factors([p * q]) == shared_factors([]) == {}
    assert set(shared_factors([p * q, q * r, r * p])) == {p * q, q * r, r * p}


def test_neighbouring_primes_are_found() -> None:
    p, q, *_ = primes()
    assert not neighbouring_primes(p * q)
    assert neighbouring_primes(p * _next_prime(p))
    assert neighbouring_primes(p * p)
    assert neighbouring_primes(2 * p)


def _next_prime(number: int) -> int:
    number += 2
    while pow(2, number - 1, number) != 1:
        number += 2
    return number


def test_public_keys_are_read_from_certificates() -> None:
    own = ec.derive_private_key(2**200, ec.SECP256R1())
    assert public_key(identity("alice", own).der) == key(2**200)
    rsa_key = rsa.generate_private_key(65_537, 1_024)
    assert public_key(identity("bob", rsa_key).der) == RsaKey(rsa_key.public_key().public_numbers().n)


def test_other_keys_and_rubbish_are_none() -> None:
    own = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "carol")])
    now = datetime.datetime.now(tz=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    der = builder.sign(own, None).public_bytes(serialization.Encoding.DER)
    assert public_key(der) is None
    assert public_key(b"no certificate") is None
