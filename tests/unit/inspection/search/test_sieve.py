"""The sieve finds what a plain search finds, at every place and under every key, and once each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.search import sieve
from harness.inspection.search.anchors import Form
from harness.inspection.search.sieve import MAX_FORM, Sieve
from harness.inspection.search.spelling import Spelling, as_nibbles
from harness.vantage.window import Bytes

from .hiding import KEY


def form(text: bytes, number: int = 0) -> Form:
    return Form(number, Spelling.RAW, np.frombuffer(text, np.uint8))


def found(haystack: Bytes, *forms: Form, nibbles: bool = False) -> list[tuple[int, int, int, int]]:
    return sorted(
        (match.form.pattern, match.start, match.end, match.xor) for match in Sieve(forms, nibbles).search(haystack)
    )


@given(
    place=st.integers(0, 300),
    length=st.integers(8, MAX_FORM),
    xor=st.integers(0, 255),
    seed=st.integers(0, 1_000),
)
@settings(deadline=None)
def test_a_form_at_any_place_under_any_key(place: int, length: int, xor: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    text = random.bytes(length)
    haystack = random.integers(0, 256, 340, np.uint8)
    haystack[place : place + length] = np.frombuffer(text, np.uint8) ^ np.uint8(xor)
    assert found(haystack, form(text), form(random.bytes(20), 1)) == [(0, place, place + length, xor)]


@given(place=st.integers(0, 100), xor=st.integers(0, 255), order=st.integers(0, 3))
@settings(deadline=None)
def test_nibbles_have_a_key_for_each_half(place: int, xor: int, order: int) -> None:
    forms = [Form(number, *one) for number, one in enumerate(as_nibbles(KEY))]
    spelled = list(as_nibbles(bytes(byte ^ xor for byte in KEY)))[order][1]
    haystack = np.random.default_rng(1).integers(0, 16, 140, np.uint8)
    haystack[place : place + len(spelled)] = spelled
    assert found(haystack, *forms, nibbles=True) == [(order, place, place + len(spelled), xor)]


def test_overlapping_forms_and_forms_that_begin_alike_are_all_found() -> None:
    forms = [form(KEY, 0), form(KEY[:8], 1), form(KEY[4:], 2), form(KEY[:10] + b"otherwise", 3)]
    haystack = np.frombuffer(b"#" * 5 + KEY + b"#" + KEY[:10] + b"otherwise", np.uint8)
    assert found(haystack, *forms) == [(0, 5, 21, 0), (1, 5, 13, 0), (1, 22, 30, 0), (2, 9, 21, 0), (3, 22, 41, 0)]


@pytest.mark.parametrize("place", [0, 1, 60, 61, 62, 63, 64, 65, 100, 112])
def test_the_borders_of_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    monkeypatch.setattr(sieve, "_CHUNK", 64)
    haystack = np.zeros(128, np.uint8)
    haystack[place : place + 16] = np.frombuffer(KEY, np.uint8)
    assert found(haystack, form(KEY)) == [(0, place, place + 16, 0)]


@pytest.mark.parametrize("size", range(0, 20))
def test_haystacks_too_short_for_a_form_hold_none(size: int) -> None:
    assert found(np.frombuffer(KEY[:15][:size], np.uint8), form(KEY)) == []
    assert found(np.zeros(size, np.uint8), *(Form(0, *one) for one in as_nibbles(KEY)), nibbles=True) == []


def test_what_differs_in_its_last_byte_is_something_else() -> None:
    almost = KEY[:-1] + bytes([KEY[-1] ^ 1])
    assert found(np.frombuffer(almost, np.uint8), form(KEY)) == []


def test_many_forms_are_found_as_few_are() -> None:
    random = np.random.default_rng(2)
    texts = [random.bytes(16) for _ in range(3_000)]
    haystack = random.integers(0, 256, 100_000, np.uint8)
    for number in (0, 1_234, 2_999):
        haystack[20_000 + 10 * number : 20_016 + 10 * number] = np.frombuffer(texts[number], np.uint8)
    forms = [form(text, number) for number, text in enumerate(texts)]
    assert [one[0] for one in found(haystack, *forms)] == [0, 1_234, 2_999]
    assert Sieve(forms).forms == 3_000


def test_without_forms_nothing_is_found() -> None:
    assert found(np.zeros(100, np.uint8)) == []
