"""One file, one meaning: scalars by YAML 1.2, and everything ambiguous refused where it stands."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.strict_yaml import MAX_BYTES, MAX_DEPTH, Mark, Refused, Value, read, resolve


def value_of(text: str) -> Value:
    return read(text.encode()).value


def problems_of(data: str | bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(Refused) as caught:
        read(data.encode() if isinstance(data, str) else data)
    return [(one.mark.line, one.mark.column, one.text) for one in caught.value.problems]


@pytest.mark.parametrize(
    "text", ["no", "yes", "on", "off", "y", "n", "No", "1_000", "1:30", "0o8", "0b1", "+0x1", "2026-01-01"]
)
def test_what_only_yaml_1_1_converts_stays_text(text: str) -> None:
    assert resolve(text) == text


# The examples of YAML 1.2.2, section 10.3.2, and the forms its table names.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("True", True),
        ("FALSE", False),
        ("0", 0),
        ("012", 12),
        ("-19", -19),
        ("0o7", 7),
        ("0x3A", 58),
        ("0.", 0.0),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("+12e03", 12000.0),
        ("-2E+05", -200000.0),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
    ],
)
def test_the_core_schema(text: str, value: Value) -> None:
    resolved = resolve(text)
    assert (type(resolved), resolved) == (type(value), value)


def test_not_a_number_is_one() -> None:
    resolved = resolve(".NaN")
    assert isinstance(resolved, float) and math.isnan(resolved)


def test_only_plain_scalars_are_converted() -> None:
    assert value_of("""[1, "1", '1', true, "true", "<<"]""") == [1, "1", "1", True, "true", "<<"]
    assert value_of("a: |\n  12\n") == {"a": "12\n"}
    assert value_of("'<<': 1") == {"<<": 1}


def test_text_may_be_long_where_a_number_may_not() -> None:
    assert value_of("word " * 20 + "end") == "word " * 20 + "end"
    assert value_of("'" + "1" * 40 + "'") == "1" * 40


def test_every_value_and_key_knows_its_place() -> None:
    document = read("é: {b: [one,\n  two]}\n".encode())
    assert document.keys[("é", "b")] == Mark(1, 5)
    assert document.values[("é", "b", 1)] == Mark(2, 3)
    assert document.values[()] == Mark(1, 1)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1, "'a' is given twice, first in line 1"),
        ("a: 1\n'a': 3", 2, 1, "'a' is given twice"),
        ("a: !!str 5", 1, 4, "tag '!!str'"),
        ("a: ! 5", 1, 4, "tag '!'"),
        ("a: !!python/object:os.system {}", 1, 4, "tag '!!python/object:os.system'"),
        ("a: &x 1", 1, 4, "anchor '&x'"),
        ("&k a: 1", 1, 1, "anchor '&k'"),
        ("<<: {a: 1}", 1, 1, "merge key"),
        ("1: a", 1, 1, "a key must be text, not the whole number 1"),
        ("? [a]\n: b", 1, 3, "a key must be text, not a list"),
        ("*k : 1", 1, 1, "alias '*k'"),
        ("a: 1\n---\nb: 2", 2, 1, "second document"),
        ("%YAML 1.2\n---\na: 1", 1, 1, "directives"),
        ("%TAG ! !x\n---\na: 1", 1, 1, "directives"),
        ("", 1, 1, "holds nothing"),
        ("# only a comment", 1, 1, "holds nothing"),
        ("a: [1", 2, 1, "not YAML"),
        ("é: \x07", 1, 4, "U+0007"),
        ("a: 1" + "0" * 40, 1, 4, "at most 32 characters"),
        ("a: " + "9" * 5000, 1, 4, "at most 32 characters"),
    ],
)
def test_what_is_ambiguous_is_refused_where_it_stands(text: str, line: int, column: int, says: str) -> None:
    (problem,) = problems_of(text)
    assert problem[:2] == (line, column)
    assert says in problem[2]


def test_bytes_that_are_not_utf_8_are_refused_where_they_stand() -> None:
    assert problems_of(b"\xc3\xa9: 1\n\xc3\xa9: \xff") == [(2, 4, "this byte is not valid UTF-8")]
    assert problems_of("a: 1".encode("utf-16"))[0][2] == "this byte is not valid UTF-8"


def test_several_faults_are_named_at_once() -> None:
    found = problems_of("a: &x !!int 1\nb: *x\na: 2\n")
    assert [(line, text.split("'")[0]) for line, _, text in found] == [
        (1, "the tag "),
        (1, "the anchor "),
        (2, "the alias "),
        (3, "the key "),
    ]


def test_a_large_file_is_refused_before_it_is_parsed() -> None:
    assert value_of("#" + "x" * (MAX_BYTES - 3) + "\n1") == 1
    assert "larger than 65536 bytes" in problems_of("#" + "x" * (MAX_BYTES - 2) + "\n1")[0][2]


def test_deep_nesting_is_refused_and_costs_nothing() -> None:
    assert value_of("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH) is not None
    assert problems_of("[" * 60_000) == [(1, MAX_DEPTH + 1, "nested deeper than 12 levels")]


def test_aliases_cannot_multiply() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert all("anchor" in text or "alias" in text for _, _, text in problems_of(laughs))


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!?|>'\"%#@`,\n\t 0~<.", max_size=60).map(str.encode))
def test_whatever_the_bytes_they_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except Refused as error:
        assert error.problems
