"""A scenario file: YAML -> one Scenario, or one for each variant of its matrix.

The folder a file lies in is its scenario's family, and its name is its scenario's id: neither can be told twice in two
ways. Only `schema_version`, `id`, `title`, `why` and `expect` must be written; the rest has the model's defaults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from pydantic import ValidationError

from . import strict_yaml
from .matrix import Variant, expand
from .model.scenario import Family, Scenario
from .scenario_error import MAX_SHOWN, Fault, ScenarioError, problems, whole_file
from .strict_yaml import MAX_BYTES, Document, Mark, Problem, Refused, Value
from .wording import described, quoted

SUFFIX: Final = ".call.yaml"
BASE_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""The id as it is written in a file: without the brackets of a variant."""


@dataclass(frozen=True)
class ScenarioFile:
    """What one file holds: its id, the line where the id stands, and its scenarios in the order of the matrix."""

    path: PurePath
    id: str
    line: int
    scenarios: tuple[Scenario, ...]


def read(path: Path) -> ScenarioFile:
    """The scenarios of the file at `path`. Raises ScenarioError, and nothing else, whatever the file holds."""
    try:
        if not path.is_file():
            raise ScenarioError([whole_file(path, "there is no such file")])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioError([whole_file(path, f"the file cannot be read: {error.strerror}")]) from None
    return parse(data, path)


def parse(data: bytes, path: PurePath) -> ScenarioFile:
    """The scenarios that `data` describes, were it the file at `path`. Raises ScenarioError."""
    try:
        document = strict_yaml.read(data)
        content = document.value
        if not isinstance(content, dict):
            text = f"a scenario is a mapping, not {described(content)}"
            raise Refused([Problem(document.values[()], text)])
        variants = expand(document)
    except Refused as error:
        raise ScenarioError([Fault(str(path), each.mark, each.text) for each in error.problems]) from None
    found = set(_problems_of_place(content, document, path))
    scenarios = []
    for variant in variants:
        try:
            scenarios.append(_scenario(variant, content.get("id"), path))
        except ValidationError as error:
            named = set(problems(error, variant.document)) - found
            # Faults that are named elsewhere have their sentence there; a variant must not vanish without any.
            found.update(named or ({_unnamed(error, variant)} if not found else ()))
        if len(found) > MAX_SHOWN:
            break  # enough for any reader; a hostile file would have each of its faults found in every variant
    if found:
        raise ScenarioError([Fault(str(path), each.mark, each.text) for each in sorted(found)])
    return ScenarioFile(path, str(content["id"]), document.keys[("id",)].line, tuple(scenarios))


def _scenario(variant: Variant, base: Value, path: PurePath) -> Scenario:
    """Validation as JSON, where a list may become a tuple and a word an enum, and nothing else is converted."""
    content = variant.document.value
    assert isinstance(content, dict)
    injected: dict[str, Value] = {"family": path.parent.name}
    if variant.label and isinstance(base, str):
        injected["id"] = f"{base}[{variant.label}]"
    return Scenario.model_validate_json(json.dumps(content | injected))


def _unnamed(error: ValidationError, variant: Variant) -> Problem:
    return Problem(variant.document.values[()], f"is not accepted: {error.errors(include_url=False)[0]['msg']}")


def _problems_of_place(content: dict[str, Value], document: Document, path: PurePath) -> Iterator[Problem]:
    """What only a file can do wrong: its folder, its name, and the keys that the folder and the name stand for."""
    if path.parent.name not in list(Family):
        text = f"the folder of a scenario is its family: {quoted(path.parent.name)} is not one of {', '.join(Family)}"
        yield Problem(Mark(1, 1), text)
    if "family" in content:
        yield Problem(document.keys[("family",)], "'family' is not written in the file: the folder says it")
    if "schema_version" not in content:
        yield Problem(document.values[()], "the key 'schema_version' is missing")
    name = content.get("id")
    if isinstance(name, str):
        yield from _problems_of_id(name, document.values[("id",)], path)


def _problems_of_id(name: str, mark: Mark, path: PurePath) -> Iterator[Problem]:
    if not re.fullmatch(BASE_ID, name):
        yield Problem(mark, f"{quoted(name)} is no id: an id is lower-case words and numbers joined by '-'")
    elif name in list(Family):
        yield Problem(mark, f"{quoted(name)} is the name of a family, and cannot be the id of a scenario")
    elif path.name != name + SUFFIX:
        yield Problem(mark, f"the file of {quoted(name)} must be named {quoted(name + SUFFIX)}")
