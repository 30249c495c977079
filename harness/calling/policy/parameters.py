"""The parameters of the cmdlets, and how the words of a line are bound to them.

Names, positions and sets: learn.microsoft.com, module `teams`, pages `new-`, `set-`, `get-`, `grant-` and
`remove-csteamsenhancedencryptionpolicy` (there Position 1 is the first). -InMemory, -Instance and -LocalStore are left
out. Parameter names may be cut short as long as only one fits (`about_parameters`); the common parameters count there.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ...model.tenant import Encryption, same
from .powershell import Command, Kind, Word

Value = str | int | bool | Encryption | tuple[str, ...] | None
"""None is $null."""


class Type(StrEnum):
    """What a parameter takes."""

    TEXT = "a text"
    TEXT_OR_NULL = "a text or $null"
    NUMBER = "a whole number"
    ENCRYPTION = "Disabled or DisabledUserOverride"
    NAMES = "names with commas between them"
    SWITCH = "nothing"
    IGNORED = "a text that changes nothing here"


@dataclass(frozen=True)
class Parameter:
    """`position` is the place of its value without the name."""

    name: str
    type: Type
    position: int | None = None
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cmdlet:
    """A cmdlet and what may follow it. `instead`: what stands in the place of -Identity, and of its position."""

    name: str
    parameters: tuple[Parameter, ...]
    instead: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bound:
    """A cmdlet with its values by parameter name. `word` is where it stands."""

    cmdlet: Cmdlet
    word: Word
    values: dict[str, Value] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def on(self, name: str) -> bool:
        return self.values.get(name) is True


_WHAT_IF: Final = (
    Parameter("WhatIf", Type.SWITCH, aliases=("wi",)),
    Parameter("Confirm", Type.SWITCH, aliases=("cf",)),
)
_FORCE: Final = Parameter("Force", Type.SWITCH)
_SETTINGS: Final = (
    Parameter("Description", Type.TEXT_OR_NULL),
    Parameter("CallingEndtoEndEncryptionEnabledType", Type.ENCRYPTION),
    Parameter("MeetingEndToEndEncryption", Type.ENCRYPTION),
)
_IDENTITY: Final = Parameter("Identity", Type.TEXT, 0)
_NEEDED: Final = Parameter("Identity", Type.TEXT, 0, required=True)
COMMON: Final = (
    Parameter("Verbose", Type.SWITCH, aliases=("vb",)),
    Parameter("Debug", Type.SWITCH, aliases=("db",)),
    Parameter("ErrorAction", Type.IGNORED, aliases=("ea",)),
    Parameter("WarningAction", Type.IGNORED, aliases=("wa",)),
    Parameter("InformationAction", Type.IGNORED, aliases=("infa",)),
    Parameter("ErrorVariable", Type.IGNORED, aliases=("ev",)),
    Parameter("WarningVariable", Type.IGNORED, aliases=("wv",)),
    Parameter("InformationVariable", Type.IGNORED, aliases=("iv",)),
    Parameter("OutVariable", Type.IGNORED, aliases=("ov",)),
    Parameter("OutBuffer", Type.IGNORED, aliases=("ob",)),
    Parameter("PipelineVariable", Type.IGNORED, aliases=("pv",)),
)
"""They change only what is said or kept besides, and a mistake always ends everything here (as `Stop` does there)."""

NEW: Final = Cmdlet("New-CsTeamsEnhancedEncryptionPolicy", (_NEEDED, *_SETTINGS, _FORCE, *_WHAT_IF))
SET: Final = Cmdlet("Set-CsTeamsEnhancedEncryptionPolicy", (_IDENTITY, *_SETTINGS, _FORCE, *_WHAT_IF))
GET: Final = Cmdlet("Get-CsTeamsEnhancedEncryptionPolicy", (_IDENTITY, Parameter("Filter", Type.TEXT)))
GRANT: Final = Cmdlet(
    "Grant-CsTeamsEnhancedEncryptionPolicy",
    (
        _IDENTITY,
        Parameter("PolicyName", Type.TEXT_OR_NULL, 1, required=True),
        Parameter("Global", Type.SWITCH),
        Parameter("Group", Type.TEXT),
        Parameter("Rank", Type.NUMBER),
        Parameter("PassThru", Type.SWITCH),
        *_WHAT_IF,
    ),
    frozenset({"Global", "Group"}),
)
REMOVE: Final = Cmdlet("Remove-CsTeamsEnhancedEncryptionPolicy", (_IDENTITY, _FORCE, *_WHAT_IF))
SELECT: Final = Cmdlet("Select-Object", (Parameter("Property", Type.NAMES, 0, required=True),))
TO_JSON: Final = Cmdlet(
    "ConvertTo-Json",
    (
        Parameter("Depth", Type.NUMBER),
        Parameter("Compress", Type.SWITCH),
        Parameter("AsArray", Type.SWITCH),
        Parameter("EnumsAsStrings", Type.SWITCH),
    ),
)
CMDLETS: Final = {same(one.name): one for one in (NEW, SET, GET, GRANT, REMOVE, SELECT, TO_JSON)} | {"select": SELECT}
_MOST_DIGITS: Final = 10


def bind(command: Command) -> Bound:
    """The cmdlet that `command` names, with its values. Refused, with the place, for what it does not take."""
    cmdlet = _cmdlet(command[0])
    bound = Bound(cmdlet, command[0])
    loose: list[tuple[Word, Value]] = []
    words = _Words(command[1:])
    while (word := words.next()) is not None:
        if word.kind is not Kind.PARAMETER:
            loose.append((word, words.values(word)))
            continue
        parameter = _parameter(cmdlet, word)
        if parameter.name in bound.values:
            raise word.refused(f"-{parameter.name} is given twice")
        bound.values[parameter.name] = _value(parameter, word, words)
    for parameter, (word, value) in _by_position(cmdlet, bound, loose):
        bound.values[parameter.name] = _converted(parameter, word, value)
    for parameter in cmdlet.parameters:
        if parameter.required and parameter.name not in bound.values:
            raise command[0].refused(f"{cmdlet.name} needs -{parameter.name}: {parameter.type}")
    return bound


class _Words:
    """The arguments of a cmdlet, one after the other; a list with commas is one argument."""

    def __init__(self, words: Command) -> None:
        self._words = words
        self._at = 0

    def next(self) -> Word | None:
        if self._at == len(self._words):
            return None
        self._at += 1
        return self._words[self._at - 1]

    def value_follows(self) -> bool:
        return self._at < len(self._words) and self._words[self._at].kind is not Kind.PARAMETER

    def values(self, first: Word) -> Value:
        """The value that begins with `first`: a constant, a text, or a tuple of texts."""
        texts = [first]
        if first.kind is Kind.COMMA:
            raise first.refused("there is no value before this comma")
        while self._at < len(self._words) and self._words[self._at].kind is Kind.COMMA:
            comma = self._words[self._at]
            self._at += 1
            word = self.next()
            if word is None or word.kind in (Kind.COMMA, Kind.PARAMETER):
                raise comma.refused("there is no value after this comma")
            texts.append(word)
        if len(texts) > 1:
            return tuple(word.text for word in texts)
        if first.kind is Kind.CONSTANT:
            return {"null": None, "true": True, "false": False}[same(first.text[1:])]
        return first.text


def _cmdlet(word: Word) -> Cmdlet:
    if word.kind is not Kind.WORD:
        raise word.refused("a line begins with the name of a cmdlet")
    if (found := CMDLETS.get(same(word.text))) is not None:
        return found
    close = difflib.get_close_matches(same(word.text[:80]), CMDLETS, n=1)
    raise word.refused(
        f"no cmdlet here is called {word.text[:80]!r}"
        + (f"; did you mean {CMDLETS[close[0]].name}?" if close else f"; there are {', '.join(_names())}")
    )


def _names() -> list[str]:
    return [one.name for key, one in CMDLETS.items() if key == same(one.name)]


def _parameter(cmdlet: Cmdlet, word: Word) -> Parameter:
    said = same(word.text.removesuffix(":"))
    known = (*cmdlet.parameters, *COMMON)
    exact = [one for one in known if said in (same(one.name), *one.aliases)]
    found = exact or [one for one in known if same(one.name).startswith(said)]
    if len(found) == 1:
        return found[0]
    if found:
        raise word.refused(f"-{said} could be {' or '.join(f'-{one.name}' for one in found)}")
    names = [one.name for one in cmdlet.parameters]
    raise word.refused(f"{cmdlet.name} has no parameter -{said[:80]}; it has {', '.join(f'-{name}' for name in names)}")


def _value(parameter: Parameter, word: Word, words: _Words) -> Value:
    if parameter.type is Type.SWITCH and not word.text.endswith(":"):
        return True
    if not words.value_follows():
        raise word.refused(f"-{parameter.name} needs a value: {parameter.type}")
    first = words.next()
    assert first is not None
    return _converted(parameter, first, words.values(first))


def _by_position(
    cmdlet: Cmdlet, bound: Bound, loose: list[tuple[Word, Value]]
) -> Iterator[tuple[Parameter, tuple[Word, Value]]]:
    """Values without a name go to the parameters with a position that are still free, in order."""
    placed = (one for one in cmdlet.parameters if one.position is not None and one.name not in bound.values)
    replaced = not cmdlet.instead.isdisjoint(bound.values)
    free = iter(sorted(placed, key=lambda one: (replaced and one is _IDENTITY, one.position or 0)))
    for word, value in loose:
        parameter = next(free, None)
        if parameter is None:
            raise word.refused(f"{cmdlet.name} takes no further value without a name")
        yield parameter, (word, value)


def _converted(parameter: Parameter, word: Word, value: Value) -> Value:
    """`value` as the parameter takes it."""
    match parameter.type, value:
        case Type.SWITCH, bool():
            return value
        case (Type.TEXT, str()) | (Type.TEXT_OR_NULL, str() | None) | (Type.IGNORED, _):
            return value
        case Type.NAMES, str():
            return (value,)
        case Type.NAMES, tuple():
            return value
        case Type.NUMBER, str() if len(value) <= _MOST_DIGITS and value.removeprefix("-").isdecimal():
            return int(value)
        case Type.ENCRYPTION, str():
            for encryption in Encryption:
                if same(encryption) == same(value):
                    return encryption
    more = " (there is no Enabled: users turn it on)" if parameter.type is Type.ENCRYPTION else ""
    raise word.refused(f"-{parameter.name} takes {parameter.type}{more}, not {_described(word, value)}")


def _described(word: Word, value: Value) -> str:
    if isinstance(value, tuple):
        return "a list"
    return word.text if word.kind is Kind.CONSTANT else repr(word.text[:80])
