"""HKDF-Expand-Label against the trace of RFC 8448, and the exporter against OpenSSL."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from OpenSSL import SSL

from harness.wire import hkdf
from harness.wire.keylog import Label, read_keylog

from .openssl_pair import identity

EMPTY = ""
# RFC 8448 section 3, "Simple 1-RTT Handshake": secret, label, context, output.
TRACE = [
    (
        "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919",
        b"exp master",
        "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13",
        "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50",
    ),
    (
        "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21",
        b"key",
        EMPTY,
        "dbfaa693d1762c5b666af5d950258d01",
    ),
    ("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", b"iv", EMPTY, "5bd3c71b836e0b76bb73265f"),
    (
        "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
        b"key",
        EMPTY,
        "9f02283b6c9c07efc26bb9f2ac92e356",
    ),
]


@pytest.mark.parametrize(("secret", "label", "context", "output"), TRACE)
def test_labels_are_expanded_as_in_the_published_trace(secret: str, label: bytes, context: str, output: str) -> None:
    expected = bytes.fromhex(output)
    given = bytes.fromhex(secret), label, bytes.fromhex(context), len(expected), "sha256"
    assert hkdf.expand_label(*given) == expected
    assert hkdf.expand_label(*given, prefix=hkdf.DTLS13) != expected


def test_dtls_writes_its_labels_without_the_space() -> None:
    secret, info = bytes(range(32)), b"\x00\x10" + b"\x0edtls13exporter" + b"\x03ctx"
    expected = HKDFExpand(SHA256(), 16, info).derive(secret)
    assert hkdf.expand_label(secret, b"exporter", b"ctx", 16, "sha256", hkdf.DTLS13) == expected


# RFC 5869 appendix A.3, the step "expand".
def test_expand_gives_the_published_answer() -> None:
    key = bytes.fromhex("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04")
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert hkdf.expand(key, b"", 42, "sha256").hex() == expected


def test_more_than_255_digests_are_refused() -> None:
    assert len(hkdf.expand(bytes(32), b"", 255 * 32, "sha256")) == 255 * 32
    with pytest.raises(ValueError, match="cannot give 8161 bytes"):
        hkdf.expand(bytes(32), b"", 255 * 32 + 1, "sha256")


@pytest.mark.parametrize(("suite", "hash_name"), [("AES_128_GCM_SHA256", "sha256"), ("AES_256_GCM_SHA384", "sha384")])
def test_key_log_and_exporter_give_what_openssl_exports(suite: str, hash_name: str) -> None:
    client, lines = tls13_client(f"TLS_{suite}")
    secrets, problems = read_keylog("\n".join(lines))
    (exporter,) = secrets.of(Label.EXPORTER).values()
    assert problems == ()
    for length, context in ((60, b""), (88, b"context")):
        expected = client.export_keying_material(b"EXTRACTOR-dtls_srtp", length, context)
        assert hkdf.export(exporter, b"EXTRACTOR-dtls_srtp", length, hash_name, hkdf.TLS13, context) == expected


def tls13_client(suite: str) -> tuple[SSL.Connection, list[str]]:
    """The client's end of a finished TLS 1.3 handshake, and its key log."""
    own, lines = identity("bob"), list[str]()
    contexts = [SSL.Context(SSL.TLS_METHOD) for _ in range(2)]
    contexts[0].set_keylog_callback(lambda _, line: lines.append(line.decode()))
    contexts[1].use_certificate(own.certificate)
    contexts[1].use_privatekey(own.key)
    for context in contexts:
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
        context.set_tls13_ciphersuites(suite.encode())
    client, server = (SSL.Connection(context) for context in contexts)
    client.set_connect_state()
    server.set_accept_state()
    for _ in range(3):
        for speaker, hearer in ((client, server), (server, client)):
            with suppress(SSL.WantReadError):
                speaker.do_handshake()
            with suppress(SSL.WantReadError):
                hearer.bio_write(speaker.bio_read(65536))
    return client, lines
