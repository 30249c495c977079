"""The matrix of a scenario: one file, several calls that differ in what is tried, never in what must be seen."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from .model.adversary import Adversary
from .model.base import Noun
from .model.call import Call
from .model.endpoints import Endpoints
from .strict_yaml import Document, Mark, Path, Problem, Refused, Value
from .wording import described, quoted, suggestion

MAX_VARIANTS: Final = 200

ADVERSARIES: Final[dict[str, type[Noun]]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(get_args(Adversary)[0])
}
"""The model of each kind of adversary."""

PATHS: Final = (
    *(f"call.{name}" for name in Call.model_fields),
    *(f"endpoints.{name}" for name in Endpoints.model_fields),
    "service",
    "network",
    *sorted({f"adversary.{name}" for model in ADVERSARIES.values() for name in model.model_fields if name != "kind"}),
)
"""What a matrix may vary. What is expected may not, nor the kind of the adversary: those make another scenario."""

_LABEL: Final = re.compile(r"[a-z0-9.-]+")


@dataclass(frozen=True)
class Variant:
    """One cell of the matrix. `label` goes between the brackets of its id, and is empty without a matrix.

    A varied value keeps the place in the file where it was written, so that an error points there.
    """

    label: str
    document: Document


@dataclass(frozen=True)
class _Choice:
    """One value for one path, and where the value and its entries were written."""

    label: str
    target: tuple[str, ...]
    value: Value
    marks: Mapping[Path, Mark]


def expand(document: Document) -> tuple[Variant, ...]:
    """The product of the document's `matrix`, in the order written. Raises Refused. Its value must be a mapping."""
    content = document.value
    if not isinstance(content, dict) or "matrix" not in content:
        return (Variant("", document),)
    matrix = content["matrix"]
    here = document.values[("matrix",)]
    if not isinstance(matrix, dict) or not matrix:
        raise Refused([Problem(here, f"matrix must be a mapping of dotted paths to lists, not {described(matrix)}")])
    problems = list(_problems(document, content, matrix))
    if problems:
        raise Refused(problems)
    axes = [_axis(document, name, values) for name, values in matrix.items() if isinstance(values, list)]
    count = math.prod(len(axis) for axis in axes)
    if count > MAX_VARIANTS:
        raise Refused([Problem(here, f"this matrix has {count} variants; at most {MAX_VARIANTS} are allowed")])
    return tuple(_variant(document, content, choices) for choices in itertools.product(*axes))


def _problems(document: Document, content: dict[str, Value], matrix: dict[str, Value]) -> Iterator[Problem]:
    for name, values in matrix.items():
        key = document.keys[("matrix", name)]
        if name not in PATHS:
            allowed = ", ".join(PATHS)
            yield Problem(key, f"the matrix cannot vary {quoted(name)}{suggestion(name, PATHS)} (allowed: {allowed})")
            continue
        yield from _conflicts(content, name, key)
        yield from _value_problems(document, name, values)


def _conflicts(content: dict[str, Value], name: str, key: Mark) -> Iterator[Problem]:
    section, _, member = name.rpartition(".")
    held = content.get(section, {}) if section else content
    if not isinstance(held, dict):
        yield Problem(key, f"the matrix varies {name}, but {section} is not a mapping")
    elif member in held:
        yield Problem(key, f"{name} is varied by the matrix and given outside of it as well")


def _value_problems(document: Document, name: str, values: Value) -> Iterator[Problem]:
    where = ("matrix", name)
    if not isinstance(values, list) or not values:
        text = f"{name} needs a list of values to try, not {described(values)}"
        yield Problem(document.values[where], text)
        return
    seen: set[str] = set()
    for index, value in enumerate(values):
        label = _label(value)
        mark = document.values[(*where, index)]
        if label is None:
            yield Problem(mark, f"{described(value)} cannot be part of an id (allowed: words, numbers, lists of them)")
        elif label in seen:
            yield Problem(mark, f"{name} has the value {quoted(label)} twice")
        else:
            seen.add(label)


def _axis(document: Document, name: str, values: list[Value]) -> list[_Choice]:
    return [_choice(document, name, index, value) for index, value in enumerate(values)]


def _choice(document: Document, name: str, index: int, value: Value) -> _Choice:
    source, target = ("matrix", name, index), tuple(name.split("."))
    marks: dict[Path, Mark] = {target: document.values[source]}
    if isinstance(value, list):
        marks |= {(*target, number): document.values[(*source, number)] for number in range(len(value))}
    return _Choice(f"{target[-1]}={_label(value)}", target, value, marks)


def _label(value: Value) -> str | None:
    """A value as part of an id: lower case, the entries of a list joined by dots; None when that cannot be."""
    if isinstance(value, list):
        parts = [None if isinstance(entry, list) else _label(entry) for entry in value]
        return ".".join(filter(None, parts)) if parts and all(parts) else None
    label = str(value).lower()
    return label if value is not None and _LABEL.fullmatch(label) else None


def _variant(document: Document, content: dict[str, Value], choices: tuple[_Choice, ...]) -> Variant:
    content = {key: value for key, value in content.items() if key != "matrix"}
    # A section that only the matrix makes stands where its value stands.
    values = {choice.target[:-1]: choice.marks[choice.target] for choice in choices} | dict(document.values)
    for choice in choices:
        content = _with(content, choice.target, choice.value)
        values |= choice.marks
    return Variant(",".join(choice.label for choice in choices), Document(content, values, document.keys))


def _with(content: dict[str, Value], target: tuple[str, ...], value: Value) -> dict[str, Value]:
    if len(target) == 1:
        return {**content, target[0]: value}
    section = content.get(target[0], {})
    assert isinstance(section, dict)  # or it would have been a conflict
    return {**content, target[0]: {**section, target[1]: value}}
