"""Pasted text cut into words: what PowerShell would see, and nothing that it would compute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.calling.policy.console import run
from harness.calling.policy.lookup import Refused
from harness.calling.policy.powershell import MOST_STATEMENTS, MOST_TEXT, MOST_WORDS, Kind, pipelines
from harness.calling.store.tenants import FRESH


def words(text: str) -> list[list[list[tuple[Kind, str]]]]:
    return [[[(word.kind, word.text) for word in command] for command in one] for one in pipelines(text)]


def texts(text: str) -> list[str]:
    (((*found,),),) = words(text)
    return [value for _, value in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", ["a", "b"]),
        ("  a \t b  ", ["a", "b"]),
        ("a\u00a0b", ["a", "b"]),
        ("a 'b c'", ["a", "b c"]),
        ("a 'it''s'", ["a", "it's"]),
        ('a "b ""c"""', ["a", 'b "c"']),
        ('a "b `"c`" `$d"', ["a", 'b "c" $d']),
        ("a 'b `n $c'", ["a", "b `n $c"]),
        ("a \u201cb c\u201d", ["a", "b c"]),
        ("a \u2018b c\u2019", ["a", "b c"]),
        ("a \u2013Group b", ["a", "Group", "b"]),
        ("a -Group:b", ["a", "Group:", "b"]),
        ("a -Group: b", ["a", "Group:", "b"]),
        ("a -Group `\n b", ["a", "Group", "b"]),
        ("a b`\n c", ["a", "b", "c"]),
        ("a # b", ["a"]),
        ("a b#c", ["a", "b#c"]),
        ("a <# b\n c #> d", ["a", "d"]),
        ("a -1", ["a", "-1"]),
        ("a bob@one.example Tag:*", ["a", "bob@one.example", "Tag:*"]),
        ("a $NULL", ["a", "$NULL"]),
        ("a ''", ["a", ""]),
        ("PS C:\\> a b", ["a", "b"]),
        ("PS /home/me> a", ["a"]),
        ("PS>a", ["a"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_quoted_text_is_never_a_parameter() -> None:
    assert words("a '-Group' -Group $true") == [
        [
            [
                (Kind.WORD, "a"),
                (Kind.QUOTED, "-Group"),
                (Kind.PARAMETER, "Group"),
                (Kind.CONSTANT, "$true"),
            ]
        ]
    ]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", 0),
        (" \n\n # nothing\n;", 0),
        ("a\nb", 2),
        ("a\r\nb\r\n", 2),
        ("a; b ;", 2),
        ("a |\n b", 1),
        ("a | b | c", 1),
        ("a |\n\n # hm\n b\nc", 2),
    ],
)
def test_statements(text: str, statements: int) -> None:
    if text.endswith(";") and statements == 0:
        with pytest.raises(Refused):
            pipelines(text + "|")
    assert len(pipelines(text)) == statements


@pytest.mark.parametrize(
    ("text", "place", "words_of_it"),
    [
        ("a $x", "1:3", "variables"),
        ("a $nullable", "1:3", "variables"),
        ("a\nb (Get-Date)", "2:3", "'('"),
        ("a @splat", "1:1", ""),
        ("a {b}", "1:3", "'{'"),
        ("a & b", "1:3", "'&'"),
        ("a > out.txt", "1:3", "'>'"),
        ("a b`c", "1:4", "'`'"),
        ('a "b $c"', "1:6", "variables"),
        ('a "b', "1:3", "not closed"),
        ("a 'b\n'' c", "1:3", "not closed"),
        ("a b'c'", "1:4", "same quotes"),
        ("a 'b'c", "1:6", "same quotes"),
        ("a | | b", "1:5", "no cmdlet"),
        ("| a", "1:1", "no cmdlet"),
        ("a | ; b", "1:5", "no cmdlet"),
        ("a \x1b[31m", "1:3", "U+001B"),
        ("a 'b\u202ec'", "1:5", "U+202E"),
        ("a \ud800", "1:3", "U+D800"),
        ("a\x00", "1:2", "U+0000"),
        (f"{'a ' * (MOST_WORDS + 1)}", f"1:{2 * MOST_WORDS + 1}", "words"),
        ("a\n" * (MOST_STATEMENTS + 1), f"{MOST_STATEMENTS + 1}:2", "statements"),
    ],
)
def test_what_is_refused_has_a_place(text: str, place: str, words_of_it: str) -> None:
    if text == "a @splat":
        assert texts(text) == ["a", "@splat"], "no more than a text: nothing splats it"
        return
    with pytest.raises(Refused) as refused:
        pipelines(text)
    assert str(refused.value).startswith(f"{place}: ")
    assert words_of_it in str(refused.value)


def test_a_paste_has_an_end() -> None:
    with pytest.raises(Refused, match="at most 65536 characters"):
        pipelines("#" * (MOST_TEXT + 1))


PIECES = st.sampled_from(
    [
        *"'\"`|;,#$(){}@&<>\n\t -",
        "Get-CsTeamsEnhancedEncryptionPolicy",
        "New-CsTeamsEnhancedEncryptionPolicy",
        "Set-CsTeamsEnhancedEncryptionPolicy",
        "Grant-CsTeamsEnhancedEncryptionPolicy",
        "Remove-CsTeamsEnhancedEncryptionPolicy",
        "ConvertTo-Json",
        "Select-Object",
        " -Identity ",
        " -PolicyName ",
        " -Filter ",
        " -Depth:",
        " -WhatIf",
        "$null",
        "Global",
        "E2EE",
        "bob",
        "Tag:*",
        "[!]-[",
        "<#",
        "#>",
        "`\n",
        "PS>",
        "\u201c",
        "\u2019",
    ]
)


@given(st.lists(PIECES | st.text(max_size=6), max_size=24).map("".join))
def test_whatever_is_pasted_is_run_or_refused_with_a_place(text: str) -> None:
    try:
        tenant, shown = run(FRESH, text)
    except Refused as refused:
        line, column, sentence = str(refused).split(":", 2)
        assert (int(line), int(column)) >= (1, 1)
        assert sentence.strip()
        return
    assert type(tenant).model_validate_json(tenant.model_dump_json()) == tenant
    assert len(shown) <= text.count("\n") + text.count(";") + 1
