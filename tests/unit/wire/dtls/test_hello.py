"""Hellos and certificates, built by hand from the structures of RFC 5246, RFC 6347, RFC 5764 and RFC 8446."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import dtls
from harness.wire.dtls.vector import Cursor

RANDOM = bytes(range(32))
EMS = bytes.fromhex("0017 0000")
OFFERED_SRTP = bytes.fromhex("000e 0007 0004 0001 0007 00")
CHOSEN_SRTP = bytes.fromhex("000e 0005 0002 0007 00")
OFFERED_VERSIONS = bytes.fromhex("002b 0005 04 fefc fefd")
CHOSEN_VERSION = bytes.fromhex("002b 0002 fefc")


def client_hello(*extensions: bytes, session_id: bytes = b"", random: bytes = RANDOM, cookie: bytes = b"") -> bytes:
    start = b"\xfe\xfd" + random + bytes([len(session_id)]) + session_id + bytes([len(cookie)]) + cookie
    return start + bytes.fromhex("0004 c02b 00ff 01 00") + block(extensions)


def server_hello(*extensions: bytes, session_id: bytes = b"", random: bytes = RANDOM[::-1]) -> bytes:
    return b"\xfe\xfd" + random + bytes([len(session_id)]) + session_id + bytes.fromhex("c02b 00") + block(extensions)


def certificate(*chain: bytes) -> bytes:
    entries = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    return len(entries).to_bytes(3, "big") + entries


def block(extensions: tuple[bytes, ...]) -> bytes:
    body = b"".join(extensions)
    return len(body).to_bytes(2, "big") + body if body else b""


def test_a_client_hello() -> None:
    hello = dtls.parse_client_hello(client_hello(EMS, OFFERED_SRTP, session_id=b"id", cookie=b"cookie"))
    assert (hello.random, hello.session_id, hello.cookie) == (RANDOM, b"id", b"cookie")
    assert hello.suites == (0xC02B, 0x00FF)
    assert hello.extensions == ((23, b""), (14, OFFERED_SRTP[4:]))
    assert hello.srtp_profiles == (1, 7)
    assert hello.extended_master_secret
    assert hello.versions == (hello.legacy_version,) == (0xFEFD,)


def test_a_bare_client_hello_offers_nothing_more() -> None:
    hello = dtls.parse_client_hello(client_hello())
    assert (hello.srtp_profiles, hello.srtp_mki, hello.extended_master_secret, hello.extensions) == ((), b"", False, ())


def test_supported_versions_count_more_than_the_version() -> None:
    hello = dtls.parse_client_hello(client_hello(OFFERED_VERSIONS))
    assert [dtls.version_name(version) for version in hello.versions] == ["DTLSv1.3", "DTLSv1.2"]


def test_a_master_key_identifier_is_seen() -> None:
    hello = dtls.parse_client_hello(client_hello(bytes.fromhex("000e 0007 0002 0001 02 abcd")))
    assert (hello.srtp_profiles, hello.srtp_mki) == ((1,), b"\xab\xcd")


def test_the_groups_that_a_client_supports_and_those_it_sends_a_share_of() -> None:
    groups = bytes.fromhex("000a 0008 0006 11ec 001d 0017")
    shares = bytes.fromhex("0033 000c 000a 11ec 0001 aa 001d 0001 bb")
    hello = dtls.parse_client_hello(client_hello(groups, shares))
    assert (hello.groups, hello.key_shares) == ((0x11EC, 29, 23), (0x11EC, 29))
    assert hello.extension_names == ("supported_groups", "key_share")
    bare = dtls.parse_client_hello(client_hello())
    assert (bare.groups, bare.key_shares, bare.extension_names) == ((), (), ())


@pytest.mark.parametrize("share", ["0033 0006 11ec 0002 aabb", "0033 0002 11ec"])
def test_the_group_that_a_server_chose_or_asks_for(share: str) -> None:
    hello = dtls.parse_server_hello(server_hello(CHOSEN_VERSION, bytes.fromhex(share)))
    assert (hello.key_share, hello.extension_names) == (0x11EC, ("supported_versions", "key_share"))
    assert dtls.parse_server_hello(server_hello()).key_share is None


@pytest.mark.parametrize("extension", ["000a 0003 0001 00", "0033 0005 0003 11ec 00", "0033 0004 0002 11ec"])
def test_groups_that_do_not_fit_are_refused(extension: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        dtls.parse_client_hello(client_hello(bytes.fromhex(extension)))


def test_a_server_hello() -> None:
    hello = dtls.parse_server_hello(server_hello(CHOSEN_SRTP, EMS, session_id=b"id"))
    assert (hello.version, hello.random, hello.session_id, hello.suite) == (0xFEFD, RANDOM[::-1], b"id", 0xC02B)
    assert (hello.srtp_profile, hello.extended_master_secret, hello.retry) == (7, True, False)


def test_a_bare_server_hello_chose_nothing_more() -> None:
    hello = dtls.parse_server_hello(server_hello())
    assert (hello.srtp_profile, hello.extended_master_secret) == (None, False)


def test_the_version_of_a_dtls_13_server_hello() -> None:
    assert dtls.version_name(dtls.parse_server_hello(server_hello(CHOSEN_VERSION)).version) == "DTLSv1.3"


def test_a_hello_retry_request() -> None:
    # SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3).
    random = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    assert dtls.parse_server_hello(server_hello(CHOSEN_VERSION, random=random)).retry


def test_version_names_are_those_of_openssl() -> None:
    names = {version: dtls.version_name(version) for version in (0xFEFF, 0xFEFD, 0xFEFC, 0x0303)}
    assert names == {0xFEFF: "DTLSv1", 0xFEFD: "DTLSv1.2", 0xFEFC: "DTLSv1.3", 0x0303: "DTLS 0x0303"}


def test_certificates_in_order() -> None:
    assert dtls.parse_certificates(certificate(b"own", b"issuer")) == (b"own", b"issuer")
    assert dtls.parse_certificates(certificate()) == ()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (client_hello()[:20], "random at byte 2 needs 32 bytes, only 18"),
        (client_hello()[:-3], "cipher suites at byte 38 needs 4 bytes, only 3"),
        (client_hello(EMS, EMS), "extension 23 is there twice"),
        (client_hello(EMS) + b"x", "1 bytes follow the end of ClientHello"),
        (client_hello(bytes.fromhex("000e 0003 0000 00")), "use_srtp names no profile"),
        (client_hello(bytes.fromhex("000e 0006 0003 000102 00")), "SRTP profiles has 3 bytes, not a multiple of 2"),
        (client_hello(bytes.fromhex("000e 0006 0002 0001 00 ff")), "1 bytes follow the end of use_srtp"),
        (client_hello(bytes.fromhex("002b 0004 02 fefc ff")), "1 bytes follow the end of supported_versions"),
        (client_hello(bytes.fromhex("002b 0003 03 fefc")), "supported versions at byte 1 needs 3 bytes, only 2"),
    ],
)
def test_a_malformed_client_hello_is_refused_with_the_reason(body: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        dtls.parse_client_hello(body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (server_hello()[:36], "cipher suite at byte 35 needs 2 bytes, only 1"),
        (server_hello(OFFERED_SRTP), "chose 2 SRTP profiles"),
        (server_hello(bytes.fromhex("002b 0001 fe")), "selected version"),
        (server_hello(bytes.fromhex("002b 0003 fefc ff")), "1 bytes follow the end of supported_versions"),
        (server_hello(EMS) + b"x", "1 bytes follow the end of ServerHello"),
        (server_hello() + b"\x00", "length of extensions"),
    ],
)
def test_a_malformed_server_hello_is_refused_with_the_reason(body: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        dtls.parse_server_hello(body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (certificate(b"own")[:-1], "certificate list at byte 3 needs 6 bytes, only 5"),
        (certificate(b"own") + b"x", "follow the end of Certificate"),
        (certificate(b"own", b""), "certificate 1 of the list is empty"),
        (bytes.fromhex("000004 000002 ff"), "certificate at byte 3 needs 2 bytes, only 1"),
    ],
)
def test_a_malformed_certificate_message_is_refused_with_the_reason(body: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        dtls.parse_certificates(body)


def test_a_cursor_reads_to_the_end() -> None:
    cursor = Cursor(b"\x01\x02\x03")
    assert (cursor.number(1, "first"), cursor.left, cursor.take(2, "rest"), cursor.left) == (1, 2, b"\x02\x03", 0)
    cursor.end("three bytes")


@given(st.binary(max_size=80), st.integers(0, 120), st.integers(0, 255))
def test_whatever_comes_only_a_value_error_goes_out(data: bytes, at: int, value: int) -> None:
    spoilt = bytearray(client_hello(EMS, OFFERED_SRTP, OFFERED_VERSIONS))
    spoilt[at % len(spoilt)] = value
    for body in (data, bytes(spoilt), bytes(spoilt) + data):
        for parse in (dtls.parse_client_hello, dtls.parse_server_hello, dtls.parse_certificates):
            with suppress(ValueError):
                parse(body)
