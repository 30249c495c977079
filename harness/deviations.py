"""The known deviations of the stacks, from a data file beside this one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from . import strict_yaml
from .model.deviation import Deviation, Deviations, Stacks

FILE: Final = Path(__file__).with_name("deviations.yaml")


class DeviationsError(ValueError):
    """The file of deviations is refused; the message begins with its place."""


def load(path: Path = FILE) -> tuple[Deviation, ...]:
    """Every known deviation. DeviationsError when the file is not one, or names a deviation or a scenario twice."""
    try:
        document = strict_yaml.read(path.read_bytes())
        listed = Deviations.model_validate_json(json.dumps(document.value)).deviations
    except OSError as error:
        raise DeviationsError(f"{path}: cannot be read: {error.strerror}") from error
    except strict_yaml.Refused as error:
        raise DeviationsError("\n".join(f"{path}:{line}" for line in str(error).splitlines())) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise DeviationsError(f"{path}: {place}: {first['msg']}") from error
    _check_once(path, (one.id for one in listed), "the deviation")
    _check_shown(path, listed)
    for ends in _every_pair(listed):
        names = [name for one in listed for name in one.scenarios if ends in (one.between or (None,))]
        _check_once(path, names, "the scenario")
        _check_whole(path, set(names))
    return listed


def _every_pair(listed: Iterable[Deviation]) -> set[Stacks | None]:
    """The pairs of stacks of which something is known, and None for a stack with whomever."""
    return {None, *(ends for one in listed for ends in one.between)}


def naming(deviations: Iterable[Deviation], scenarios: Collection[str]) -> tuple[Deviation, ...]:
    """Those that speak of any of these scenarios."""
    return tuple(one for one in deviations if any(one.names(scenario) for scenario in scenarios))


def check_known(deviations: Iterable[Deviation], scenarios: Collection[str], path: Path = FILE) -> None:
    """DeviationsError when one speaks of a scenario that is not there: it excuses nothing, and nobody would know."""
    known = {*scenarios, *(name.partition("[")[0] for name in scenarios)}
    for one in deviations:
        for name in one.scenarios:
            if name not in known:
                raise DeviationsError(f"{path}: {one.id} speaks of {name!r}, and there is no such scenario")


def _check_shown(path: Path, listed: Iterable[Deviation]) -> None:
    """What need not occur must be shown by what must, and that is of the same software: else nobody would miss it."""
    known = {one.id: one for one in listed}
    for one in known.values():
        shown = known.get(one.shown_by or "")
        if one.shown_by and (shown is None or shown.shown_by or shown.software != one.software):
            raise DeviationsError(f"{path}: {one.id} is to be shown by {one.shown_by!r}, which need not occur either")


def _check_whole(path: Path, names: Collection[str]) -> None:
    """A scenario with all its variants, and one of these variants, would be two entries for one call."""
    for name in names:
        base = name.partition("[")[0]
        if base != name and base in names:
            raise DeviationsError(f"{path}: {base} and {name} are both listed, and the one contains the other")


def _check_once(path: Path, names: Iterable[str], what: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DeviationsError(f"{path}: {what} {twice[0]} is listed twice")
