"""Every spelling is what the standards make of the secret."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.search.spelling import Spelling, as_bytes, as_nibbles

secrets = st.binary(min_size=8, max_size=16)


@given(secret=secrets, before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_base64_of_anything_longer_holds_one_of_the_three(secret: bytes, before: bytes, after: bytes) -> None:
    forms = [(spelling, text.tobytes()) for spelling, text in as_bytes(secret)]
    both = {Spelling.BASE64, Spelling.BASE64_URL}
    assert any(text in b64encode(before + secret + after) for spelling, text in forms if spelling is Spelling.BASE64)
    assert any(text in urlsafe_b64encode(before + secret + after) for spelling, text in forms if spelling in both)


@given(secrets)
def test_the_characters_at_the_edges_that_depend_on_other_bytes_are_left_out(secret: bytes) -> None:
    for spelling, text in as_bytes(secret):
        if spelling is Spelling.BASE64:
            assert len(text) in (len(secret) * 8 // 6, (len(secret) * 8 - 2) // 6, (len(secret) * 8 - 4) // 6)


def test_the_others() -> None:
    forms = {spelling: text.tobytes() for spelling, text in as_bytes(b"\x01\x2a\xff")}
    assert forms[Spelling.RAW] == b"\x01\x2a\xff"
    assert forms[Spelling.REVERSED] == b"\xff\x2a\x01"
    assert forms[Spelling.HEX_LOWER] == b"012aff"
    assert forms[Spelling.HEX_UPPER] == b"012AFF"


def test_nibbles_in_every_order() -> None:
    assert {spelling: text.tolist() for spelling, text in as_nibbles(b"\x12\x34")} == {
        Spelling.NIBBLES_HIGH_FIRST: [1, 2, 3, 4],
        Spelling.NIBBLES_LOW_FIRST: [2, 1, 4, 3],
        Spelling.NIBBLES_BACKWARDS: [4, 3, 2, 1],
        Spelling.NIBBLES_BYTES_BACKWARDS: [3, 4, 1, 2],
    }


@given(secrets)
def test_no_spelling_is_listed_twice(secret: bytes) -> None:
    for forms in (list(as_bytes(secret)), list(as_nibbles(secret))):
        texts = [(spelling, text.tobytes()) for spelling, text in forms]
        assert len(set(texts)) == len(texts)
        assert all(text.dtype == np.uint8 for _, text in forms)
