"""What can be searched for, and what would be found by accident."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.search.pattern import (
    PIECE,
    SHORTEST,
    Pattern,
    PatternKind,
    media_patterns,
    pieces,
    private_key_patterns,
    refusal,
)
from harness.inspection.search.search import Search

SECRET = b"".join(sha256(bytes([number])).digest() for number in range(8))


@given(length=st.integers(SHORTEST, len(SECRET)))
def test_pieces_cover_a_secret_without_a_gap(length: int) -> None:
    secret = SECRET[:length]
    cut = pieces(secret)
    covered = {place for piece in cut for place in range(secret.find(piece), secret.find(piece) + len(piece))}
    assert covered == set(range(length))
    assert {len(piece) for piece in cut} == {min(length, PIECE)}


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (SECRET[:7], "has 7 bytes"),
        (b"", "has 0 bytes"),
        (bytes(48), "regular"),
        (b"\x55\xaa" * 8, "regular"),
        (bytes(range(48)), "regular"),
        (b"key" * 10, "regular"),
    ],
)
def test_what_occurs_everywhere_is_refused(secret: bytes, why: str) -> None:
    assert why in str(refusal(Pattern("alice", PatternKind.MASTER, secret)))


def test_of_a_secret_with_an_even_part_the_rest_is_searched_for() -> None:
    assert pieces(bytes(16) + SECRET[:16]) == (SECRET[:16],)


def test_a_secret_is_not_shown() -> None:
    assert "hidden" not in repr(Pattern("alice", PatternKind.MASTER, b"hidden hidden"))


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_private_key_is_found_in_every_form_it_is_stored_in(form: PrivateFormat, encoding: Encoding) -> None:
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        search = Search(private_key_patterns("alice", key))
        search.text("key", b"some text before" + key.private_bytes(encoding, form, NoEncryption()))
        assert {hit.pattern for hit in search.result()} == {one.name for one in search.patterns}


def test_another_key_of_the_same_kind_and_ones_own_certificates_public_key_are_no_leak() -> None:
    mine, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    search = Search(private_key_patterns("alice", mine))
    search.text("other", other.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    point = mine.public_key().public_numbers()
    search.text("public", point.x.to_bytes(32) + point.y.to_bytes(32))
    assert search.result() == ()


def test_media_are_known_by_the_middles_of_frames_spread_evenly() -> None:
    frames = [bytes(40) + sha256(bytes([number])).digest() + bytes(40) for number in range(100)]
    chosen = media_patterns("alice: speech", frames, most=10)
    assert [one.name for one in chosen] == [f"alice: speech: frame {number}" for number in range(0, 100, 10)]
    assert all(one.secret in frames[10 * number][40:72] for number, one in enumerate(chosen))


def test_silence_and_scraps_are_no_patterns() -> None:
    assert media_patterns("alice", [bytes(100), b"short", b"\xf8\xff\xfe", bytes(range(60))]) == ()
