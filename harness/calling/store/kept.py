"""What a service has recorded of calls, in a folder for those whose calls they are: `kept/@DOMAIN/CALL`.

A recording belongs to the tenants of the two who talked, for theirs is the duty to keep it, and not to a person: it
stays when users go, and goes with the last of its tenants. Of two tenants it lies in `@ONE@OTHER`, and the first
tenant's domain is empty. Folders of other names are of earlier versions, which wrote down no tenant: they stay.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KEPT: Final = "kept"
_AT: Final = "@"
"""Is in no domain, and in no name of a call."""


@dataclass(frozen=True)
class Recorded:
    """Calls that are recorded of a tenant: its own alone, and those of others too, with the folders of these."""

    own: int
    shared: int
    others: tuple[Path, ...]


def folder_of(domains: Iterable[str]) -> str:
    """Where calls of people of these tenants are kept, below `kept`."""
    return "".join(f"{_AT}{domain}" for domain in sorted(set(domains)))


def recorded(folder: Path, domain: str) -> Recorded:
    """What there is of this tenant in `folder`. OSError."""
    own, shared, others = 0, 0, []
    for path, domains in _folders(folder):
        if domain in domains:
            calls = sum(1 for _ in path.iterdir())
            own, shared = (own + calls, shared) if set(domains) == {domain} else (own, shared + calls)
            others += [path] if set(domains) != {domain} else []
    return Recorded(own, shared, tuple(others))


def sweep(folder: Path, domains: Collection[str]) -> tuple[Path, ...]:
    """Remove what belongs to none of these tenants any more. Gives what could not be removed."""
    for path, theirs in _folders(folder):
        if not set(theirs) & set(domains):
            shutil.rmtree(path, ignore_errors=True)
    return tuple(path for path, theirs in _folders(folder) if not set(theirs) & set(domains))


def _folders(folder: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Each with the domains of its tenants; one that is a link belongs to nobody here."""
    for path in sorted(folder.glob(f"{_AT}*")):
        if path.is_dir() and not path.is_symlink():
            yield path, tuple(path.name.split(_AT)[1:])
