"""A tenant's policy as one HTML file: no script, no other file, nothing fetched.

Every user is in it, in lists that are closed until somebody opens them: a browser draws nothing of a closed one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..model.policy_audit import Answer, PolicyAudit, UserClass
from .page import page
from .policy_audit_console import WORDS, decides

IN_ONE_LIST: Final = 500
"""Users behind one line that can be opened."""
FEW: Final = 20
"""Users of a list that is open from the start."""


@dataclass(frozen=True)
class Run:
    """Users who stand together in the order of their names; `first` is the place of the first, from 1."""

    first: int
    users: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.users) - 1


def headline(document: PolicyAudit) -> str:
    """The first thing to know, in a few words."""
    users = document.users
    total = users.possible + users.not_possible + users.undecided
    if total == 0:
        return "There is no user in it"
    if users.undecided:
        return f"{users.undecided:,} of {total:,} users are undecided: something is not given"
    return f"{users.possible:,} of {total:,} users can turn encrypted calls on"


def runs(one: UserClass) -> Iterator[Run]:
    """All users of a class by name, so many to a list that it can be read."""
    names = sorted(one.users, key=str.casefold)
    for start in range(0, len(names), IN_ONE_LIST):
        yield Run(start + 1, tuple(names[start : start + IN_ONE_LIST]))


def render(document: PolicyAudit) -> str:
    """The page."""
    return page("policy_audit.html", few=FEW, words=WORDS, decides=decides, runs=runs, Answer=Answer).render(
        audit=document,
        headline=headline(document),
        good=not document.users.undecided and bool(document.classes),
    )
