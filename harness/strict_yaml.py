"""YAML that means one thing: bytes -> plain values, each with the line and column where it stands.

Scalars are resolved by the core schema of YAML 1.2.2 (section 10.3.2), so that `no`, `on`, `1_000` and `1:30` are text
and `012` is twelve. What lets one file mean two things is refused: tags, anchors, aliases, merge keys, directives,
duplicate keys, further documents. The parser's events are read instead of its nodes, because nodes no longer know
whether a tag or an anchor was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import yaml

from .wording import described, quoted

MAX_BYTES: Final = 65_536
MAX_DEPTH: Final = 12
MAX_NUMBER: Final = 32

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]
"""Where a value is in its document: keys and indices from the top; () is the whole document."""


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; line and column (in characters) are counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and where."""

    mark: Mark
    text: str


class Refused(ValueError):
    """The file is not accepted. `problems` holds everything that was found, at least one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.mark.line}:{p.mark.column}: {p.text}" for p in self.problems))


@dataclass(frozen=True)
class Document:
    """What a file says. `values` marks where each value begins, `keys` where the key of each mapping entry does."""

    value: Value
    values: Mapping[Path, Mark]
    keys: Mapping[Path, Mark]


def read(data: bytes) -> Document:
    """The one document in `data`. Raises Refused; every fault that does not hide the rest is named."""
    if len(data) > MAX_BYTES:
        raise Refused([Problem(Mark(1, 1), f"the file is larger than {MAX_BYTES} bytes")])
    try:
        reader = _Reader(yaml.parse(data.decode("utf-8"), Loader=yaml.CSafeLoader))
        return reader.document()
    except UnicodeDecodeError as error:
        raise Refused([Problem(_mark_of_byte(data, error.start), "this byte is not valid UTF-8")]) from None
    except yaml.reader.ReaderError as error:
        text = f"the character U+{error.character:04X} is not allowed in YAML"
        raise Refused([Problem(_mark_of_byte(data, error.position), text)]) from None
    except yaml.MarkedYAMLError as error:
        raise Refused([Problem(_mark(error.problem_mark), f"this is not YAML: {error.problem}")]) from None


class _Reader:
    """Builds values from parser events. Nesting is bounded, so recursion is."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._problems: list[Problem] = []
        self._values: dict[Path, Mark] = {}
        self._keys: dict[Path, Mark] = {}

    def document(self) -> Document:
        next(self._events)  # the start of the stream
        start = next(self._events)
        if not isinstance(start, yaml.DocumentStartEvent):
            raise Refused([Problem(Mark(1, 1), "the file holds nothing")])
        if start.version or start.tags:
            self._refuse(start, "directives ('%YAML', '%TAG') are not allowed")
        value = self._value(next(self._events), ())
        next(self._events)  # the end of the document
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(after, "a second document is not allowed: one file holds one scenario")
        if self._problems:
            raise Refused(self._problems)
        return Document(value, self._values, self._keys)

    def _value(self, event: yaml.Event, path: Path) -> Value:
        self._values[path] = _mark(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"the alias {quoted(f'*{event.anchor}')} is not allowed: write the value out")
            return None
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        self._refuse_decoration(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(path) >= MAX_DEPTH:
            raise Refused([*self._problems, Problem(self._values[path], f"nested deeper than {MAX_DEPTH} levels")])
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            place = (*path, key)
            if key in mapping:
                first = self._keys[place].line
                self._refuse(event, f"the key {quoted(key)} is given twice, first in line {first}")
                self._value(next(self._events), (*path, ""))
                continue
            self._keys[place] = _mark(event.start_mark)
            mapping[key] = self._value(next(self._events), place)
        return mapping

    def _key(self, event: yaml.Event, path: Path) -> str:
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == "<<":
            self._refuse(event, "the merge key '<<' is not allowed: write the keys out")
            return "<<"
        key = self._value(event, (*path, ""))
        if isinstance(key, str):
            return key
        if not isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"a key must be text, not {described(key)}")
        return f"\0{len(self._keys)}"  # stands for itself only, so that it is not called a duplicate as well

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        text: str = event.value
        if not event.implicit[0]:
            return text
        value = resolve(text)
        if isinstance(value, int | float) and len(text) > MAX_NUMBER:
            self._refuse(event, f"a number has at most {MAX_NUMBER} characters")
            return 0
        return value

    def _refuse_decoration(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, f"the tag {quoted(name)} is not allowed: a file holds plain values only")
        if event.anchor is not None:
            self._refuse(event, f"the anchor {quoted(f'&{event.anchor}')} is not allowed: write the value out")

    def _refuse(self, event: yaml.Event, text: str) -> None:
        self._problems.append(Problem(_mark(event.start_mark), text))


_WORDS: Final[dict[str, Value]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((f"{sign}{word}" for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def resolve(text: str) -> Value:
    """The value of a plain scalar by the core schema. An overlong number becomes 0: its caller refuses it by length."""
    if text in _WORDS:
        return _WORDS[text]
    other_base = _OTHER_BASE.fullmatch(text)
    if not (other_base or _FLOAT.fullmatch(text)):
        return text
    if len(text) > MAX_NUMBER:
        return 0
    if other_base:
        return int(text, 0)
    return int(text) if _WHOLE.fullmatch(text) else float(text)


class _Position(Protocol):
    """What the parser calls a mark; line and column are counted from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


def _mark(position: _Position | None) -> Mark:
    return Mark(1, 1) if position is None else Mark(position.line + 1, position.column + 1)


def _mark_of_byte(data: bytes, offset: int) -> Mark:
    """The place of a byte; everything before it is valid UTF-8."""
    before = data[:offset].decode("utf-8", errors="replace")
    return Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
