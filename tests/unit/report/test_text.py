"""Text of strangers is shown in full view: nothing acts, nothing hides, nothing runs on for ever."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.text import grouped, groups, plural, short, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Bob Lindqvist", "Bob Lindqvist"),
        ("Zoë 王 🙂", "Zoë 王 🙂"),
        ("\x1b[2J", "<U+001B>[2J"),
        ("a\nb\tc", "a<U+000A>b<U+0009>c"),
        ("invoice\u202egnp.exe", "invoice<U+202E>gnp.exe"),
        ("\u2066Alice\u2069", "<U+2066>Alice<U+2069>"),
        ("Al\u200bice", "Al<U+200B>ice"),
        ("Al\u3164ice", "Al<U+3164>ice"),
        ("\ud800", "<U+D800>"),
        ("\ufffe", "<U+FFFE>"),
        ("\U000e0041", "<U+E0041>"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(max_size=80))
def test_no_control_or_format_character_is_left(text: str) -> None:
    assert not [one for one in visible(text) if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(
    st.text(
        alphabet=st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u115f\u1160\u2800\u3164\uffa0")
    )
)
def test_what_can_be_seen_stays_what_it_is(text: str) -> None:
    assert visible(text[:100]) == text[:100]


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert visible("x" * 130, 120) == "x" * 120 + "… (10 more characters)"
    assert visible("x" * 120, 120) == "x" * 120


def test_a_label_never_outgrows_its_place() -> None:
    assert short("dtls-mitm", 12) == "dtls-mitm"
    assert short("candidate-injection", 12) == "candidate-i…"
    assert len(short("\u202e" * 50, 12)) == 12


def test_a_code_is_four_groups_of_five() -> None:
    assert groups("65921659612248675366") == ("65921", "65961", "22486", "75366")
    assert grouped("00616657530557221667") == "00616 65753 05572 21667"


@pytest.mark.parametrize("text", ["", "1234", "1" * 21, "1" * 19 + "a", "1" * 19 + "\u0661", " " + "1" * 19])
def test_anything_else_is_no_code_and_is_quoted_as_it_was(text: str) -> None:
    assert groups(text) is None
    assert grouped(text) == f'"{text}"'


def test_counts_agree_with_their_noun() -> None:
    assert (plural(0, "call"), plural(1, "call"), plural(2, "call")) == ("0 calls", "1 call", "2 calls")
