"""The catalogue: which scenario files there are, in which order their scenarios run, and which a selector names.

Nothing is left out in silence: a file that looks like a scenario but is not named as one, a folder without scenarios,
and a selector that names nothing are errors.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from .model.scenario import Family, Scenario
from .scenario_error import CatalogueError, Fault, ScenarioError, whole_file
from .scenario_file import SUFFIX, ScenarioFile, read
from .strict_yaml import Mark
from .wording import quoted, suggestion

__all__ = ["ROOT", "CatalogueError", "ScenarioError", "SelectionError", "base_id", "files", "load", "place", "select"]

ROOT: Final = Path("scenarios")
_FAMILIES: Final = tuple(Family)


class SelectionError(CatalogueError):
    """A selector names no scenario."""


def load(*paths: Path) -> tuple[Scenario, ...]:
    """Every scenario of these folders and files (default: `scenarios`), controls first, then by family and id.

    Raises ScenarioError with every fault of every file, each with its place.
    """
    return tuple(scenario for file in files(*paths) for scenario in file.scenarios)


def files(*paths: Path) -> tuple[ScenarioFile, ...]:
    """The scenario files of these folders and files, in the order of `load`. Raises ScenarioError."""
    faults: list[Fault] = []
    found: list[ScenarioFile] = []
    for path in _discover(paths or (ROOT,), faults):
        try:
            found.append(read(path))
        except ScenarioError as error:
            faults += error.faults
    faults += _duplicates(found)
    if faults:
        raise ScenarioError(faults)
    return tuple(sorted(found, key=_order))


def select(scenarios: Sequence[Scenario], selectors: Iterable[str], root: Path = ROOT) -> tuple[Scenario, ...]:
    """The scenarios that any selector names, in their own order; all of them without a selector.

    A selector is an id, an id without the brackets of its variants, a family, a glob over ids (`*` and `?`), or the
    path of a scenario file or folder; `root` is the folder the scenarios were loaded from. Raises SelectionError.
    """
    wanted = tuple(selectors)
    if not wanted:
        return tuple(scenarios)
    named = {selector: _named(scenarios, selector, root) for selector in wanted}
    known = {*(scenario.id for scenario in scenarios), *map(_base, scenarios), *(one.value for one in Family)}
    unknown = [selector for selector, ids in named.items() if not ids]
    if unknown:
        raise SelectionError(
            "\n".join(f"no scenario is called {quoted(each, 200)}{suggestion(each, sorted(known))}" for each in unknown)
        )
    chosen = set().union(*named.values())
    return tuple(scenario for scenario in scenarios if scenario.id in chosen)


def asked_for(scenarios: Iterable[Scenario], selectors: Collection[str]) -> frozenset[str]:
    """The ids of those that a selector names by itself: by its id, not by a family, a glob or a folder."""
    return frozenset(each.id for each in scenarios if not {each.id, _base(each)}.isdisjoint(selectors))


def base_id(scenario_id: str) -> str:
    """The id of the file that `scenario_id` comes from: the id without the brackets of a variant."""
    return scenario_id.partition("[")[0]


def place(scenario: Scenario, root: Path = ROOT) -> Path:
    """The file of a scenario: its folder is its family, its name is its id."""
    return root / scenario.family / f"{_base(scenario)}{SUFFIX}"


def _base(scenario: Scenario) -> str:
    return base_id(scenario.id)


def _named(scenarios: Sequence[Scenario], selector: str, root: Path) -> set[str]:
    exact = {each.id for each in scenarios if selector in (each.id, _base(each), each.family)}
    if exact:
        return exact
    if "*" in selector or "?" in selector:
        pattern = _glob(selector)
        return {each.id for each in scenarios if pattern.fullmatch(each.id) or pattern.fullmatch(_base(each))}
    path = Path(selector).resolve()
    return {each.id for each in scenarios if selector and place(each, root).resolve().is_relative_to(path)}


def _glob(selector: str) -> re.Pattern[str]:
    """Only `*` and `?` are wildcards: the brackets of an id are letters like any other."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in selector))


def _discover(roots: Iterable[Path], faults: list[Fault]) -> list[Path]:
    """The scenario files of these folders and files, each once. What is wrong with a folder is added to `faults`."""
    found: dict[Path, Path] = {}
    for root in roots:
        try:
            paths = [path for path in root.rglob("*") if path.suffix in (".yaml", ".yml")] if root.is_dir() else [root]
        except OSError as error:
            faults.append(whole_file(root, f"cannot be looked at: {error.strerror or error}"))
            continue
        if not paths:
            faults.append(whole_file(root, f"no scenarios: this folder holds no file that ends in '{SUFFIX}'"))
        for path in sorted(paths):
            if path.name.endswith(SUFFIX):
                found.setdefault(path.resolve(), path)
            elif not os.path.lexists(path):
                faults.append(whole_file(path, "no such folder"))
            else:
                faults.append(whole_file(path, f"the name of a scenario file ends in '{SUFFIX}'"))
    return list(found.values())


def _duplicates(found: Sequence[ScenarioFile]) -> Iterator[Fault]:
    """A file per id and folder is certain already; the same id may still stand in two folders."""
    counted = Counter(file.id for file in found)
    for file in found:
        if counted[file.id] > 1:
            others = ", ".join(str(other.path) for other in found if other.id == file.id and other is not file)
            yield Fault(str(file.path), Mark(file.line, 1), f"the id {quoted(file.id)} is also used by {others}")


def _order(file: ScenarioFile) -> tuple[int, str]:
    return _FAMILIES.index(file.scenarios[0].family), file.id
