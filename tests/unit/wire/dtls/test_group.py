"""The group of a key exchange, from ServerKeyExchange messages made by the structures of their RFCs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import dtls

SIGNED = bytes.fromhex("0403 0002 abcd")
ECDHE_X25519 = bytes.fromhex("03 001d 20") + bytes(32) + SIGNED
"""RFC 8422 section 5.4: named_curve, the curve, the point."""

PRIME_OF_16_BITS = bytes.fromhex("0002 fff1 0001 02 0002 1234") + SIGNED
"""RFC 5246 section 7.4.3: p, g, Ys."""


@pytest.mark.parametrize(
    ("suite", "body", "group"),
    [
        ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ECDHE_X25519, "x25519"),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", bytes.fromhex("03 0017 01 04"), "secp256r1"),
        ("TLS_ECDH_anon_WITH_AES_128_CBC_SHA", ECDHE_X25519, "x25519"),
        ("TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", b"\x00\x02id" + ECDHE_X25519, "x25519"),
        ("TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", bytes.fromhex("03 1234 01 04"), "group 0x1234"),
        ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", PRIME_OF_16_BITS, "a prime of 16 bits"),
        ("TLS_DH_anon_WITH_RC4_128_MD5", PRIME_OF_16_BITS, "a prime of 16 bits"),
        ("TLS_DHE_PSK_WITH_AES_128_CCM", b"\x00\x00" + PRIME_OF_16_BITS, "a prime of 16 bits"),
        ("TLS_PSK_DHE_WITH_AES_128_CCM_8", b"\x00\x00" + PRIME_OF_16_BITS, "a prime of 16 bits"),
        ("TLS_PSK_WITH_AES_128_CCM", b"\x00\x02id", None),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", b"", None),
    ],
)
def test_a_suite_says_how_its_key_exchange_is_read(suite: str, body: bytes, group: str | None) -> None:
    assert dtls.key_exchange_group(suite, body) == group


@pytest.mark.parametrize(
    ("suite", "agrees"),
    [
        ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", True),
        ("TLS_DHE_PSK_WITH_AES_128_CCM", True),
        ("TLS_ECDH_anon_WITH_NULL_SHA", True),
        ("TLS_AES_128_GCM_SHA256", True),  # DTLS 1.3
        ("TLS_UNKNOWN_0x1234", True),  # who knows
        ("TLS_RSA_WITH_AES_128_CBC_SHA", False),
        ("TLS_PSK_WITH_AES_128_CCM", False),
    ],
)
def test_a_suite_says_whether_there_is_a_group(suite: str, agrees: bool) -> None:
    assert dtls.agrees_in_group(suite) is agrees


def test_a_prime_of_its_own_has_no_code_that_could_be_offered() -> None:
    prime = dtls.key_exchange_group("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", PRIME_OF_16_BITS)
    assert prime is not None
    assert not dtls.is_named(prime)
    assert dtls.is_named(dtls.group_name(0x1234))


def test_a_curve_by_its_equation_is_refused() -> None:
    with pytest.raises(ValueError, match="curve type 1"):
        dtls.key_exchange_group("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", b"\x01" + bytes(40))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (29, "x25519"),
        (0x0100, "ffdhe2048"),  # RFC 7919 section 9
        (0x11EC, "X25519MLKEM768"),  # draft-ietf-tls-ecdhe-mlkem, IANA
        (0xFAFA, "GREASE 0xFAFA"),
        (0xFFFF, "group 0xFFFF"),
    ],
)
def test_names(code: int, name: str) -> None:
    assert dtls.group_name(code) == name


@given(st.sampled_from([suite.iana for suite in dtls.SUITES.values()]), st.binary(max_size=40))
def test_whatever_comes_is_a_group_or_a_value_error(suite: str, body: bytes) -> None:
    try:
        group = dtls.key_exchange_group(suite, body)
    except ValueError as error:
        assert str(error)
    else:
        assert group is None or group
