"""One thing the harness stands on, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a part was found. `UNFIT` is there and works, but is not a version the harness is made for."""

    INSTALLED = "installed"
    UNFIT = "unfit"
    BROKEN = "broken"
    MISSING = "missing"


@dataclass(frozen=True)
class Part:
    """One thing the harness stands on. `version` is what was found, `detail` says what is wrong with it.

    Without a `required` part no call can be made; without another one, something named in `needed_for` is missing.
    """

    name: str
    state: State
    version: str | None
    needed_for: str
    how_to_install: str
    required: bool
    detail: str = ""

    @property
    def usable(self) -> bool:
        return self.state is State.INSTALLED
