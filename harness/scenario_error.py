"""Why a scenario is refused: a sentence and a place for each fault, never a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .matrix import ADVERSARIES
from .model.adversary.script import MOVES
from .model.call import Call
from .model.endpoints import Endpoints
from .model.expectation import Expectation
from .model.scenario import Scenario
from .strict_yaml import Document, Mark, Path, Problem
from .wording import described, quoted, suggestion

MAX_SHOWN: Final = 20


class CatalogueError(ValueError):
    """The scenarios that were asked for cannot be had. The message says why, one fault a line."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with a scenario file."""

    path: str
    mark: Mark
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.mark.line}:{self.mark.column}: {self.text}"


class ScenarioError(CatalogueError):
    """Scenario files are refused. Each line of the message begins `path:line:column: `."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [str(fault) for fault in self.faults[:MAX_SHOWN]]
        if len(self.faults) > MAX_SHOWN:
            lines.append(f"{self.faults[MAX_SHOWN].path}:1:1: and {len(self.faults) - MAX_SHOWN} more faults")
        super().__init__("\n".join(lines))


def whole_file(path: PurePath, text: str) -> Fault:
    """A fault that has no place within its file."""
    return Fault(str(path), Mark(1, 1), text)


def problems(error: ValidationError, document: Document) -> Iterator[Problem]:
    """What pydantic refused, in sentences, at the places in the document where it stands."""
    for each in error.errors(include_url=False):
        if not _said_elsewhere(each):
            yield _problem(each, document)


def _said_elsewhere(error: ErrorDetails) -> bool:
    """The loader itself checks the shape of an id and the family; a list whose entries are refused is not short."""
    kind, location = error["type"], error["loc"]
    of_id = kind == "string_pattern_mismatch" and location == ("id",)
    return of_id or location == ("family",) or (kind == "too_short" and bool(error["input"]))


def _problem(error: ErrorDetails, document: Document) -> Problem:
    kind, location = error["type"], error["loc"]
    path = _path_of(location, document)
    if kind == "extra_forbidden":
        return Problem(document.keys[path], _unknown_key(location))
    if kind in ("missing", "union_tag_not_found"):
        key = _tag(error) if kind == "union_tag_not_found" else str(location[-1])
        where = f" in {_dotted(path)}" if path else ""
        return Problem(document.values[path], f"the key {quoted(key)} is missing{where}")
    if kind == "union_tag_invalid":
        tag = _tag(error)
        path = (*path, tag)
        kinds = tuple(ADVERSARIES if tag == "kind" else MOVES)
        return Problem(document.values[path], f"{_dotted(path)} {_not_one_of(error['input'][tag], kinds)}")
    sentence = SENTENCES.get(kind, _as_pydantic_says)
    return Problem(document.values[path], f"{_dotted(path)} {sentence(error)}")


def _tag(error: ErrorDetails) -> str:
    """The key that tells which of several nouns is meant: `kind` of adversaries, `do` of moves."""
    return str(error["ctx"]["discriminator"]).strip("'")


def _path_of(location: tuple[str | int, ...], document: Document) -> Path:
    """Pydantic also puts the kind of an adversary into a location; the document has no such level."""
    path: Path = ()
    for step in location:
        if (*path, step) in document.values:
            path = (*path, step)
    return path


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


_KEYS: Final[dict[tuple[str | int, ...], tuple[str, ...]]] = {
    (): (*(name for name in Scenario.model_fields if name != "family"), "matrix"),
    ("call",): tuple(Call.model_fields),
    ("endpoints",): tuple(Endpoints.model_fields),
    ("expect",): tuple(Expectation.model_fields),
    **{("adversary", kind): tuple(model.model_fields) for kind, model in ADVERSARIES.items()},
}


def _unknown_key(location: tuple[str | int, ...]) -> str:
    holder, key = location[:-1], str(location[-1])
    known = _KEYS[holder] if holder in _KEYS else tuple(MOVES[str(holder[-1])].model_fields)
    return f"unknown key {quoted(key)}{suggestion(key, known)} (allowed: {', '.join(known)})"


def _not_one_of(word: Any, allowed: Sequence[str]) -> str:
    if not isinstance(word, str):
        return f"must be {'one of ' * (len(allowed) > 1)}{', '.join(allowed)}, not {described(word)}"
    return f"cannot be {quoted(word)}{suggestion(word, allowed)} (allowed: {', '.join(allowed)})"


def _choice(error: ErrorDetails) -> str:
    """`expected` reads "'a', 'b' or 'c'", or "1" for a number."""
    expected = error["ctx"]["expected"]
    return _not_one_of(error["input"], re.findall(r"'([^']*)'", expected) or [expected])


def _wanted(what: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"must be {what}, not {described(error['input'])}"


def _limit(words: str, key: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"must be {words} {error['ctx'][key]:g}, not {error['input']}"


def _as_pydantic_says(error: ErrorDetails) -> str:
    return f"is not accepted: {error['msg']}"


SENTENCES: Final[dict[str, Callable[[ErrorDetails], str]]] = {
    "enum": _choice,
    "literal_error": _choice,
    "string_type": _wanted("text"),
    "int_type": _wanted("a whole number"),
    "float_type": _wanted("a number"),
    "tuple_type": _wanted("a list"),
    "model_type": _wanted("a mapping"),
    "dict_type": _wanted("a mapping"),
    "greater_than_equal": _limit("at least", "ge"),
    "greater_than": _limit("more than", "gt"),
    "less_than_equal": _limit("at most", "le"),
    "too_short": lambda error: f"needs at least {error['ctx']['min_length']} entry",
    "string_pattern_mismatch": lambda error: f"does not fit the pattern {error['ctx']['pattern']}",
    "string_too_short": lambda error: "must not be empty",
    "string_too_long": lambda error: f"is longer than {error['ctx']['max_length']} characters",
    "value_error": lambda error: f"is not accepted: {error['ctx']['error']}",
}
