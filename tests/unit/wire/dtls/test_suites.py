"""The table of cipher suites, held against what OpenSSL itself puts on the wire, and against scapy's copy of IANA's."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from scapy.layers.tls.crypto.suites import _tls_cipher_suites as scapys_suites

from harness.wire import dtls

from ..openssl_pair import client_hello

SCSV = 0x00FF
EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"

# RFC 6655 section 9 registered these two as PSK_DHE; scapy writes DHE_PSK.
SCAPY_SPELLS_OTHERWISE = {0xC0AA, 0xC0AB}


def openssl_names() -> list[str]:
    made = SSL.Context(SSL.DTLS_METHOD)
    made.set_cipher_list(EVERYTHING.encode())
    return SSL.Connection(made).get_cipher_list()


def offered_alone(name: str) -> tuple[int, ...]:
    """The suites of the ClientHello of an OpenSSL that may offer only this one."""
    (message,) = dtls.HandshakeReader().feed(client_hello(f"{name}:@SECLEVEL=0"))
    return tuple(code for code in dtls.parse_client_hello(message.body).suites if code != SCSV)


def test_every_suite_of_openssl_is_in_the_table() -> None:
    names = openssl_names()
    assert len(names) > 100
    assert [name for name in names if name not in {suite.openssl for suite in dtls.SUITES.values()}] == []


def test_openssl_sends_the_codes_of_the_table() -> None:
    # PSK and SRP are only offered with a shared secret, TLS_* only in DTLS 1.3, IDEA only before DTLS 1.2.
    cannot = ("PSK", "SRP", "TLS_", "IDEA")
    names = [name for name in openssl_names() if not any(part in name for part in cannot)]
    assert len(names) > 80
    sent = {name: offered_alone(name) for name in names}
    assert sent == {name: (dtls.suite_by_openssl(name).code,) for name in names}


def test_scapy_knows_the_same_iana_names() -> None:
    common = set(scapys_suites) & set(dtls.SUITES) - SCAPY_SPELLS_OTHERWISE
    assert len(common) > 140
    assert {code: dtls.SUITES[code].iana for code in common} == {code: scapys_suites[code] for code in common}


def test_no_name_is_there_twice() -> None:
    for names in ([s.openssl for s in dtls.SUITES.values()], [s.iana for s in dtls.SUITES.values()]):
        assert len(set(names)) == len(names) == len(dtls.SUITES)


@pytest.mark.parametrize(
    ("openssl", "iana", "prf_hash"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "sha256"),
        ("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "sha384"),
        ("ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "sha256"),
        ("NULL-SHA256", "TLS_RSA_WITH_NULL_SHA256", "sha256"),
    ],
)
def test_a_suite_by_either_name(openssl: str, iana: str, prf_hash: str) -> None:
    suite = dtls.suite_by_openssl(openssl)
    assert suite is dtls.suite_by_iana(iana)
    assert (suite.iana, suite.openssl, suite.prf_hash) == (iana, openssl, prf_hash)


def test_unknown_names_are_refused_and_unknown_codes_named() -> None:
    for look_up in (dtls.suite_by_openssl, dtls.suite_by_iana, dtls.srtp_profile_by_openssl):
        with pytest.raises(ValueError, match="'ROT13'"):
            look_up("ROT13")
    assert dtls.suite_name(0xFAFA) == "TLS_UNKNOWN_0xFAFA"
    assert dtls.srtp_profile_name(3) == "SRTP_UNKNOWN_0x0003"


def test_the_srtp_profiles_have_the_codes_that_openssl_sends() -> None:
    names = "SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM"
    (message,) = dtls.HandshakeReader().feed(client_hello("ALL", profiles=names))
    hello = dtls.parse_client_hello(message.body)
    assert [dtls.srtp_profile_name(code) for code in hello.srtp_profiles] == [
        dtls.srtp_profile_by_openssl(name) for name in names.split(":")
    ]
    assert hello.srtp_profiles == (1, 2, 7, 8)
