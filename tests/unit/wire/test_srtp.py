"""SRTP keys: the PRF against published answers, the exporters against OpenSSL, the sizes against libsrtp."""

from __future__ import annotations

import pylibsrtp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.wire import dtls, hkdf, srtp
from harness.wire.keylog import parse_keylog

from .openssl_pair import identity, shake_hands

GCM = "SRTP_AEAD_AES_128_GCM"
CM_80 = "SRTP_AES128_CM_HMAC_SHA1_80"
CM_32 = "SRTP_AES128_CM_HMAC_SHA1_32"

# Known answers from the TLS working group's mailing list (message 03416), as many stacks test with them. Checked with
# `openssl kdf … TLS1-PRF` of OpenSSL 3.0, every byte.
KNOWN_ANSWERS = [
    (
        "sha256",
        "9bbe436ba940f017b17652849a71db35",
        "a0ba9f936cda311827a6f796ffd5198c",
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"
        "6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab"
        "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
    ),
    (
        "sha384",
        "b80b733d6ceefcdc71566ea48e5567df",
        "cd665cf6a8447dd6ff8b27555edb7465",
        "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd"
        "e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd"
        "8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
        "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6"
        "91c8f3a26854308d5eaa3be85e0990703d73e56f",
    ),
]


@pytest.mark.parametrize(("hash_name", "secret", "seed", "output"), KNOWN_ANSWERS)
def test_the_prf_gives_the_published_answers(hash_name: str, secret: str, seed: str, output: str) -> None:
    expected = bytes.fromhex(output)
    answer = srtp.prf_tls12(bytes.fromhex(secret), b"test label", bytes.fromhex(seed), len(expected), hash_name)
    assert answer == expected


def test_the_prf_of_dtls_10_gives_the_published_answer() -> None:
    """From the TLS working group's mailing list (message 01589), as many stacks test with it; OpenSSL agrees."""
    answer = srtp.prf_tls10(b"\xab" * 48, b"PRF Testvector", b"\xcd" * 64, 104)
    assert answer == bytes.fromhex(
        "d3d4d1e349b5d515044666d51de32bab258cb521b6b053463e354832fd976754443bcf9a296519bc289abcbc1187e4eb"
        "d31e602353776c408aafb74cbc85eff69255f9788faa184cbb957a9819d84a5d7eb006eb459d3ae8de9810454b8b2d8f"
        "1afbc655a8c9a013"
    )


def test_an_odd_secret_is_halved_with_its_middle_byte_on_both_sides() -> None:
    """The answer of a short odd secret, as `openssl kdf … TLS1-PRF` of OpenSSL 3.0 gives it."""
    assert srtp.prf_tls10(b"12345", b"label", b"seed", 20) == bytes.fromhex("69e1d81c61e675ddfcc864eb063058445f01698c")


@pytest.mark.parametrize(
    ("suite", "profile"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "SRTP_AES128_CM_SHA1_80"),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", "SRTP_AEAD_AES_256_GCM"),
        ("ECDHE-ECDSA-AES256-SHA384", "SRTP_AEAD_AES_128_GCM"),
        ("ECDHE-ECDSA-AES128-SHA", "SRTP_AES128_CM_SHA1_32"),
        ("ECDHE-RSA-CHACHA20-POLY1305", "SRTP_AES128_CM_SHA1_80"),
    ],
)
def test_key_log_and_wire_give_the_keys_that_openssl_exports(suite: str, profile: str) -> None:
    key = rsa.generate_private_key(65537, 2048) if "RSA" in suite.split("-") else None
    pair = shake_hands(identity("alice"), identity("bob", key), suites=suite, profiles=profile)

    (association,) = dtls.associations(pair.seen_by(client_is_near=True))
    assert association.suite_iana is not None
    assert association.srtp_profile is not None
    assert association.client_random is not None
    assert association.server_random is not None
    masters = parse_keylog("\n".join(pair.keylog))
    length = srtp.keying_material_length(association.srtp_profile)
    material = srtp.export_keying_material_tls12(
        masters[association.client_random],
        association.client_random,
        association.server_random,
        length,
        association.prf_hash,
    )

    assert material == pair.client.export_keying_material(b"EXTRACTOR-dtls_srtp", length)
    assert material == pair.server.export_keying_material(b"EXTRACTOR-dtls_srtp", length)


def test_the_exporter_refuses_what_cannot_be_a_secret_or_a_random() -> None:
    with pytest.raises(ValueError, match="master secret has 47 bytes"):
        srtp.export_keying_material_tls12(bytes(47), bytes(32), bytes(32), 60)
    with pytest.raises(ValueError, match="client's random has 31"):
        srtp.export_keying_material_tls12(bytes(48), bytes(31), bytes(32), 60)
    with pytest.raises(ValueError, match="server's random has 33"):
        srtp.export_keying_material_tls12(bytes(48), bytes(32), bytes(33), 60)


@pytest.mark.parametrize("size", [32, 48])
def test_the_exporter_of_dtls_13_has_labels_of_its_own(size: int) -> None:
    secret, hash_name = bytes(range(size)), {32: "sha256", 48: "sha384"}[size]
    ours = srtp.export_keying_material_tls13(secret, 60)
    assert ours == hkdf.export(secret, b"EXTRACTOR-dtls_srtp", 60, hash_name, b"dtls13")
    assert srtp.export_keying_material_tls13(secret, 60, hkdf.TLS13) == hkdf.export(
        secret, b"EXTRACTOR-dtls_srtp", 60, hash_name, b"tls13 "
    )


def test_an_exporter_secret_is_as_long_as_a_digest() -> None:
    with pytest.raises(ValueError, match="32 or 48 bytes, not 33"):
        srtp.export_keying_material_tls13(bytes(33), 60)


def test_both_keys_come_before_both_salts() -> None:
    keys = srtp.split_keying_material(b"C" * 16 + b"S" * 16 + b"c" * 14 + b"s" * 14, CM_80)
    assert keys == srtp.SrtpKeys(b"C" * 16 + b"c" * 14, b"S" * 16 + b"s" * 14, CM_80)
    long = srtp.split_keying_material(b"C" * 32 + b"S" * 32 + b"c" * 12 + b"s" * 12, "SRTP_AEAD_AES_256_GCM")
    assert (long.client_key_and_salt, long.server_key_and_salt) == (b"C" * 32 + b"c" * 12, b"S" * 32 + b"s" * 12)


def test_keys_do_not_show_themselves() -> None:
    assert "secret" not in repr(srtp.SrtpKeys(b"secret", b"secret", CM_80))


def test_material_of_another_length_and_unknown_profiles_are_refused() -> None:
    with pytest.raises(ValueError, match="takes 60 bytes of keying material, not 59"):
        srtp.split_keying_material(bytes(59), CM_80)
    with pytest.raises(ValueError, match="no SRTP profile is called 'SRTP_ROT13'"):
        srtp.split_keying_material(bytes(60), "SRTP_ROT13")


RTP = bytes.fromhex("8060000100000000deadbeef") + b"payload"
RTCP = bytes.fromhex("80c90001deadbeef") + bytes.fromhex("81ca0002deadbeef01016100")


@pytest.mark.parametrize(
    ("name", "libsrtp"),
    [
        (CM_80, pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80),
        (CM_32, pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_32),
        (GCM, pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM),
        ("SRTP_AEAD_AES_256_GCM", pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM),
    ],
)
def test_libsrtp_takes_keys_of_these_sizes_and_adds_tags_of_these_sizes(name: str, libsrtp: int) -> None:
    sizes = srtp.PROFILES[name]
    key = bytes(range(sizes.key + sizes.salt))
    session = pylibsrtp.Session(
        pylibsrtp.Policy(key=key, ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND, srtp_profile=libsrtp)
    )
    assert len(session.protect(RTP)) == len(RTP) + sizes.rtp_tag
    assert len(session.protect_rtcp(RTCP)) == len(RTCP) + 4 + sizes.rtcp_tag


def test_every_profile_of_dtls_has_its_sizes() -> None:
    assert set(srtp.PROFILES) == set(dtls.SRTP_PROFILES.values())
    assert {name for name, sizes in srtp.PROFILES.items() if not sizes.encrypts} == {
        "SRTP_NULL_HMAC_SHA1_80",
        "SRTP_NULL_HMAC_SHA1_32",
    }
