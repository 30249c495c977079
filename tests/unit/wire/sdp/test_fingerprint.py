"""Fingerprints: which are usable, and which certificate they belong to."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.sdp import Fingerprint

from .sample import SHA_1, SHA_256

CERTIFICATE = b"abc"
# FIPS 180-2 appendix B.1 and A.1, RFC 1321 appendix A.5: digests of "abc".
DIGESTS = {
    "sha-256": "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD",
    "sha-1": "A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D",
    "md5": "90:01:50:98:3C:D2:4F:B0:D6:96:3F:7D:28:E1:7F:72",
}


@pytest.mark.parametrize("algorithm", list(DIGESTS))
def test_the_fingerprint_of_a_certificate(algorithm: str) -> None:
    fingerprint = Fingerprint.of(CERTIFICATE, algorithm)
    assert str(fingerprint) == f"{algorithm} {DIGESTS[algorithm]}"
    assert fingerprint == Fingerprint.parse(None, str(fingerprint))
    assert fingerprint.matches(CERTIFICATE)
    assert not fingerprint.matches(CERTIFICATE + b"d")


def test_a_fingerprint_is_of_sha_256_unless_asked_otherwise() -> None:
    assert Fingerprint.of(CERTIFICATE, level=1) == Fingerprint(1, "sha-256", DIGESTS["sha-256"])


@pytest.mark.parametrize("algorithm", ["md2", "sha-3", "", "SHA256"])
def test_an_unknown_hash_function_makes_no_fingerprint(algorithm: str) -> None:
    with pytest.raises(ValueError, match="no hash function"):
        Fingerprint.of(CERTIFICATE, algorithm)


def test_lower_case_is_the_same_fingerprint() -> None:
    lower = Fingerprint(None, "SHA-256", DIGESTS["sha-256"].lower())
    assert lower.digest() == hashlib.sha256(CERTIFICATE).digest()
    assert lower.matches(CERTIFICATE)


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("sha-256", ""),
        ("sha-256", SHA_256[:-3]),
        ("sha-256", SHA_256 + ":00"),
        ("sha-256", SHA_256.replace(":", "")),
        ("sha-256", SHA_256.replace(":", "-")),
        ("sha-256", SHA_256.replace(":", ": ", 1)),
        ("sha-256", SHA_256.replace("7", "G", 1)),
        ("sha-256", SHA_1),
        ("sha-1", SHA_256),
        ("sha-3", SHA_256),
        ("", SHA_256),
    ],
)
def test_an_unusable_fingerprint_has_no_digest_and_matches_nothing(algorithm: str, value: str) -> None:
    fingerprint = Fingerprint(0, algorithm, value)
    assert fingerprint.digest() is None
    assert not fingerprint.matches(CERTIFICATE)


def test_md2_is_read_but_never_matches() -> None:
    fingerprint = Fingerprint(None, "md2", DIGESTS["md5"])
    assert fingerprint.digest() is not None
    assert not fingerprint.matches(CERTIFICATE)


@pytest.mark.parametrize(
    ("text", "algorithm", "value"),
    [
        ("sha-256 AA:BB", "sha-256", "AA:BB"),
        (" sha-256\t AA:BB ", "sha-256", "AA:BB"),
        ("sha-256", "sha-256", ""),
        ("", "", ""),
        ("sha-256 AA BB", "sha-256", "AA BB"),
    ],
)
def test_white_space_is_taken_loosely(text: str, algorithm: str, value: str) -> None:
    assert Fingerprint.parse(2, text) == Fingerprint(2, algorithm, value)


@given(st.text())
def test_whatever_comes_is_a_fingerprint(text: str) -> None:
    fingerprint = Fingerprint.parse(None, text)
    assert fingerprint.digest() is None or fingerprint.algorithm.lower() in text.lower()
    assert not fingerprint.matches(b"")
