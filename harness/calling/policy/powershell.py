"""Lines as an administrator pastes them into PowerShell, cut into words. Nothing is ever looked up or evaluated.

Quotes, the backtick, comments, `|`, `;` and line ends mean what they mean there (learn.microsoft.com, `about_parsing`,
`about_quoting_rules`, `about_special_characters`), also the typographic quotes and dashes that word processors make of
them. Everything that would compute something (variables, brackets, redirections) is refused with its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .lookup import Refused

MOST_TEXT: Final = 65_536
MOST_STATEMENTS: Final = 1000
MOST_WORDS: Final = 64
"""Words of one statement."""


class Kind(StrEnum):
    """What a word is. A CONSTANT is $null, $true or $false; a PARAMETER that ends with a colon needs a value."""

    WORD = "word"
    QUOTED = "quoted text"
    CONSTANT = "constant"
    PARAMETER = "parameter"
    COMMA = "comma"
    PIPE = "pipe"
    END = "end"


@dataclass(frozen=True)
class Word:
    """One word and where it begins; line and column are counted from 1."""

    kind: Kind
    text: str
    line: int
    column: int

    def refused(self, sentence: str) -> Refused:
        return Refused(f"{self.line}:{self.column}: {sentence}")


Command = tuple[Word, ...]
"""A cmdlet's name and its arguments."""
Pipeline = tuple[Command, ...]

_SINGLE: Final = "'\u2018\u2019\u201a\u201b"
_DOUBLE: Final = '"\u201c\u201d\u201e'
_DASH: Final = "-\u2013\u2014\u2015"
_GAP: Final = re.compile(r"(?:[^\S\n]|`\n|\#[^\n]*|<\#.*?\#>)+", re.DOTALL)
_PROMPT: Final = re.compile(r"[^\S\n]*PS(?: [^\n>]{0,260})?>")
_PARAMETER: Final = re.compile(rf"[{_DASH}]([A-Za-z][A-Za-z0-9_]*)(:?)")
_CONSTANT: Final = re.compile(r"\$(null|true|false)\b", re.IGNORECASE)
_WORD: Final = re.compile(rf"[^\s|;,(){{}}<>&`${_SINGLE}{_DOUBLE}]+")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_PUNCTUATION: Final = {"\n": Kind.END, ";": Kind.END, "|": Kind.PIPE, ",": Kind.COMMA}


def pipelines(text: str) -> tuple[Pipeline, ...]:
    """Every statement of `text`. Refused, with line and column, for what no plain cmdlet line has."""
    if len(text) > MOST_TEXT:
        raise Refused(f"at most {MOST_TEXT} characters are taken at once")
    found: list[Pipeline] = []
    commands: list[Command] = []
    words: list[Word] = []
    for word in _Scanner(text.replace("\r\n", "\n")).words():
        if word.kind not in (Kind.PIPE, Kind.END):
            if len(words) == MOST_WORDS:
                raise word.refused(f"a cmdlet has at most {MOST_WORDS} words")
            words.append(word)
            continue
        if not words:
            if word.kind is Kind.END and not commands:
                continue  # an empty line
            if word.kind is Kind.END and word.text == "\n":
                continue  # a pipe at the end of a line: the next line goes on
            raise word.refused("there is no cmdlet before this")
        commands.append(tuple(words))
        words = []
        if word.kind is Kind.END:
            if len(found) == MOST_STATEMENTS:
                raise word.refused(f"at most {MOST_STATEMENTS} statements are taken at once")
            found.append(tuple(commands))
            commands = []
    return tuple(found)


class _Scanner:
    """A place in the text, moving forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def words(self) -> Iterator[Word]:
        fresh = True
        while True:
            if fresh and (prompt := _PROMPT.match(self._text, self._at)):
                self._at = prompt.end()
            if gap := _GAP.match(self._text, self._at):
                self._at = gap.end()
            if self._at >= len(self._text):
                yield self._word(Kind.END, self._at, "")
                return
            word = self._next()
            fresh = word.kind is Kind.END
            yield word

    def _next(self) -> Word:
        start, first = self._at, self._text[self._at]
        if first in _PUNCTUATION:
            self._at += 1
            return self._word(_PUNCTUATION[first], start, first)
        if first in _SINGLE or first in _DOUBLE:
            return self._ended(self._word(Kind.QUOTED, start, self._quoted(_SINGLE if first in _SINGLE else _DOUBLE)))
        if found := _PARAMETER.match(self._text, start):
            self._at = found.end()
            word = self._word(Kind.PARAMETER, start, found[0].lstrip(_DASH))
            return word if found[2] else self._ended(word)
        for kind, pattern in ((Kind.CONSTANT, _CONSTANT), (Kind.WORD, _WORD)):
            if found := pattern.match(self._text, start):
                self._at = found.end()
                return self._ended(self._word(kind, start, self._seen(found[0], start)))
        raise self._strange(start)

    def _quoted(self, quotes: str) -> str:
        """What stands between quotes; the same quote twice is one of it, and a backtick escapes inside double ones."""
        start = self._at
        parts: list[str] = []
        self._at += 1
        while self._at < len(self._text):
            place, character = self._at, self._text[self._at]
            self._at += 1
            if character in quotes:
                if self._at == len(self._text) or self._text[self._at] not in quotes:
                    return "".join(parts)
                self._at += 1
            elif quotes is _DOUBLE and character == "`" and self._at < len(self._text):
                escaped = self._text[self._at]
                self._at += 1
                parts.append(_ESCAPES.get(escaped, escaped))
                continue
            elif quotes is _DOUBLE and character == "$":
                raise self._word(Kind.QUOTED, place, "$").refused(
                    "variables are not looked up here: use single quotes, or `$ for the sign itself"
                )
            parts.append(self._seen(character, place))
        raise self._word(Kind.QUOTED, start, "").refused("this quote is not closed")

    def _ended(self, word: Word) -> Word:
        """`word`, after which something else must begin."""
        rest = self._text[self._at : self._at + 2]
        if rest and not rest[0].isspace() and rest[0] not in _PUNCTUATION and rest != "`\n":
            if rest[0] in _SINGLE + _DOUBLE or word.kind is Kind.QUOTED:
                raise self._word(word.kind, self._at, "").refused("one value: put all of it between the same quotes")
            raise self._strange(self._at)
        return word

    def _strange(self, place: int) -> Refused:
        character = self._text[place]
        word = self._word(Kind.WORD, place, character)
        if character == "$":
            return word.refused("variables are not looked up here, except $null, $true and $false")
        return word.refused(f"{character!r} is not taken: a plain cmdlet line computes nothing; a value can be quoted")

    def _seen(self, text: str, place: int) -> str:
        for offset, character in enumerate(text):
            if unicodedata.category(character) in ("Cc", "Cs", "Cf") and character not in "\t\n":
                at = self._word(Kind.WORD, place + offset, "")
                raise at.refused(f"the character U+{ord(character):04X} cannot be seen")
        return text

    def _word(self, kind: Kind, start: int, text: str) -> Word:
        before = self._text.count("\n", 0, start)
        return Word(kind, text, before + 1, start - self._text.rfind("\n", 0, start))
