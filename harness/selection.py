"""Which scenarios a command line asks for: those of the catalogue, and of files anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .catalogue import ROOT, CatalogueError, asked_for, load, select
from .endpoint_choice import choose, concerned, with_endpoints
from .model.scenario import Family, Scenario
from .needs import not_installed
from .scenario_file import SUFFIX
from .self_test import members


@dataclass(frozen=True)
class Selection:
    """What to run; the `specimens` in it when it makes up a self-test; and the ids of what was `asked` for by name, and
    of what would say nothing of the software that was chosen (`elsewhere`).

    `catalogue`: every id of the usual folder, where that was looked up.
    """

    scenarios: tuple[Scenario, ...]
    specimens: tuple[str, ...]
    asked: frozenset[str]
    elsewhere: frozenset[str]
    catalogue: frozenset[str] | None


def selection_of(selectors: Sequence[str], chosen: Mapping[str, Any]) -> Selection:
    """What the command line asks for. CatalogueError or ValueError says what cannot be had."""
    root = chosen["root"]
    known = _known(root, selectors, whole=bool(chosen.get("self_test")))
    every, names = known.scenarios, known.names
    tested = {scenario.id for scenario in members(every)}
    wanted = {scenario.id for scenario in select(every, names, root or ROOT)}
    if chosen.get("self_test"):
        wanted |= tested
    specimens = tuple(scenario.id for scenario in every if scenario.family is Family.SPECIMENS)
    kinds, _ = choose(chosen.get("endpoints", ()), chosen.get("programs", ()))
    selection = with_endpoints((scenario for scenario in every if scenario.id in wanted), kinds)
    asked = frozenset[str]() if chosen.get("listed") else asked_for(selection, names)
    absent = not_installed(kinds.values())
    asked |= {one.id for one in selection if absent & {one.endpoints.alice, one.endpoints.bob}}
    whole = known.whole and tested <= wanted
    own = {one.id for one in every if one.family is Family.SPECIMENS} | (tested if whole else set())
    elsewhere = frozenset(one.id for one in selection if one.id not in own and not concerned(one, kinds))
    catalogue = frozenset(one.id for one in every) if known.whole and root is None else None
    return Selection(selection, specimens if whole else (), asked, elsewhere, catalogue)


def selected(root: Path | None, selectors: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios that the selectors name; CatalogueError says which one names nothing."""
    known = _known(root, selectors)
    return select(known.scenarios, known.names, root or ROOT)


@dataclass(frozen=True)
class _Known:
    """What a selection is made from, and the selectors, of a file its id. `whole`: the catalogue is in it."""

    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...]
    whole: bool


def _known(root: Path | None, selectors: Sequence[str], *, whole: bool = False) -> _Known:
    """The scenarios of the catalogue, and of files anywhere, such as those that a search writes.

    Whoever names nothing but files needs no catalogue: only ids, families, globs and the self-test (`whole`) do.
    """
    files = {one: _file(Path(one)) for one in selectors if one.endswith(SUFFIX)}
    names = tuple(files[one].name.removesuffix(SUFFIX) if one in files else one for one in selectors)
    alone = bool(files) and root is None and not whole and all(one in files for one in selectors)
    folders = () if alone else (_catalogue(root),)
    return _Known(load(*folders, *files.values()), names, not alone)


def _file(path: Path) -> Path:
    """Its folder is its family: of a file in the folder where we are, the words of the path do not say which."""
    return path.parent.resolve() / path.name


def _catalogue(root: Path | None) -> Path:
    if root is None and not ROOT.is_dir():
        cure = "go to the folder of the harness, or say with --scenarios FOLDER where its scenarios are"
        raise CatalogueError(f"there is no folder '{ROOT}' here: {cure}")
    return root or ROOT
