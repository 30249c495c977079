"""What `… | ConvertTo-Json` leaves in a file, object by object: a file of a gigabyte is never in memory at once.

Shapes (learn.microsoft.com, `convertto-json`, `about_character_encoding`): an array of several objects, an object
alone, nothing at all when there is none; in Windows PowerShell 5.1 a redirection writes UTF-16 with a byte order mark,
and an array that went through a variable may come as `{"value": […], "Count": n}` (seen in the field, not documented).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

CHUNK: Final = 1 << 20
MOST_ITEM: Final = 1 << 26
"""Characters of one object."""
MOST_ITEMS: Final = 2_000_000
MOST_DEPTH: Final = 100

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_WRAPPED: Final = re.compile(r'\{[ \t\r\n]*"value"[ \t\r\n]*:[ \t\r\n]*\[')
_COUNT: Final = re.compile(r'[ \t\r\n]*,[ \t\r\n]*"Count"[ \t\r\n]*:[ \t\r\n]*\d{1,10}[ \t\r\n]*\}')
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Item:
    """One object and the line (from 1) on which it begins."""

    line: int
    fields: dict[str, Any]


class NotAnExport(ValueError):
    """The file is not what ConvertTo-Json writes. The message begins with file, line and column."""


def items(stream: BinaryIO, name: str) -> Iterator[Item]:
    """Every object in the file. NotAnExport as soon as something else is met; OSError."""
    text = _Text(stream, name)
    text.skip()
    if text.ended or text.take("null"):
        pass
    elif text.take("["):
        yield from _array(text)
    elif text.take_match(_WRAPPED):
        yield from _array(text)
        if not text.take_match(_COUNT):
            raise text.refused('the array in "value" is followed by something else than its "Count"')
    else:
        yield text.item()
    text.skip()
    if not text.ended:
        raise text.refused("there is more after the end: one file holds the output of one command")


def _array(text: _Text) -> Iterator[Item]:
    text.skip()
    if text.take("]"):
        return
    for _ in range(MOST_ITEMS):
        text.skip()
        yield text.item()
        text.skip()
        if text.take("]"):
            return
        if not text.take(","):
            raise text.refused("a comma or ] is missing" if not text.ended else "the file ends within the array")
    raise text.refused(f"at most {MOST_ITEMS} objects are read")


class _Text:
    """The file's text around the place where it is read."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        start = stream.read(CHUNK)
        mark, encoding = next((one for one in _MARKS if start.startswith(one[0])), (b"", "utf-8"))
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._json = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
        self._buffer, self._at, self._line, self._column = "", 0, 1, 1
        self._complete = False
        self._decode(start[len(mark) :], len(start) < CHUNK)

    @property
    def ended(self) -> bool:
        return self._at == len(self._buffer) and self._complete

    def skip(self) -> None:
        """Go to the next character that is not blank."""
        while True:
            found = _BLANK.match(self._buffer, self._at)
            assert found is not None
            self._go(found.end())
            if self._at < len(self._buffer) or self._complete:
                return
            self._more()

    def take(self, word: str) -> bool:
        while len(self._buffer) - self._at < len(word) and not self._complete:
            self._more()
        if not self._buffer.startswith(word, self._at):
            return False
        self._go(self._at + len(word))
        return True

    def take_match(self, pattern: re.Pattern[str]) -> bool:
        while len(self._buffer) - self._at < 256 and not self._complete:
            self._more()
        if (found := pattern.match(self._buffer, self._at)) is None:
            return False
        self._go(found.end())
        return True

    def item(self) -> Item:
        """The object that begins here. What the buffer has no end of is tried again with twice as much of the file."""
        line = self._line
        while True:
            if not self._buffer.startswith("{", self._at):
                raise self.refused("this is no object")
            try:
                fields, end = self._json.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise self.refused("this object is nested too deeply") from None
            except json.JSONDecodeError as error:
                if self._complete:
                    self._go(error.pos)
                    raise self.refused(f"this is not JSON: {error.msg}") from None
                if len(self._buffer) - self._at > MOST_ITEM:
                    raise self.refused(f"this object has more than {MOST_ITEM} characters, or an error") from None
                self._more(len(self._buffer) - self._at)
                continue
            except ValueError as error:
                raise self.refused(str(error)) from None
            self._go(end)
            return Item(line, fields)

    def refused(self, sentence: str) -> NotAnExport:
        return NotAnExport(f"{self._name}:{self._line}:{self._column}: {sentence}")

    def _go(self, to: int) -> None:
        lines = self._buffer.count("\n", self._at, to)
        if lines:
            self._line += lines
            self._column = to - self._buffer.rfind("\n", self._at, to)
        else:
            self._column += to - self._at
        self._at = to

    def _more(self, at_least: int = 0) -> None:
        wanted = max(CHUNK, at_least)
        data = self._stream.read(wanted)
        self._decode(data, len(data) < wanted)

    def _decode(self, data: bytes, last: bool) -> None:
        try:
            more = self._decoder.decode(data, last)
        except UnicodeDecodeError as error:
            raise NotAnExport(f"{self._name}: after line {self._line} it is not {error.encoding}") from None
        self._buffer, self._at, self._complete = self._buffer[self._at :] + more, 0, last


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise ValueError(f"the property {twice[:80]!r} is given twice")
    return held


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
