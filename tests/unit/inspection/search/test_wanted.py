"""What a user asks to look for: a word, a private key, or an answer that says why not, and never the secret."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from harness.inspection.search import PatternKind, Search
from harness.inspection.search.wanted import wanted_key, wanted_word

WORD = "9f3c17e04b8ad265"


def test_a_word_is_looked_for_under_its_name() -> None:
    pattern = wanted_word(f"tag=of alice={WORD}")
    assert (pattern.name, pattern.kind, pattern.secret) == ("tag=of alice", PatternKind.MARKER, bytes.fromhex(WORD))
    search = Search([pattern])
    search.text("chat", f"hidden here: {WORD.upper()}".encode())
    assert [hit.pattern for hit in search.result()] == ["tag=of alice"]


@pytest.mark.parametrize(
    "text", ["", "=", f"={WORD}", f"tag:{WORD}", "tag=", f"tag={WORD}0", "tag=zz", f"tag={WORD[:8]}"]
)
def test_what_is_no_word_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="--look-for") as refused:
        wanted_word(text)
    assert WORD[:8] not in str(refused.value)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)])
def test_a_private_key_is_found_inside_its_own_file(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    patterns = wanted_key("key.pem", pem)
    search = Search(patterns)
    search.text("mail", pem)
    assert {hit.pattern for hit in search.result()} == {pattern.name for pattern in patterns}


def test_other_keys_are_refused() -> None:
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match=r"key\.pem: only keys of elliptic curves and RSA"):
        wanted_key("key.pem", other)
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
    )
    for pem in (locked, b"", b"\xff\x00 no key"):
        with pytest.raises(ValueError, match=r"key\.pem: is not a private key"):
            wanted_key("key.pem", pem)
