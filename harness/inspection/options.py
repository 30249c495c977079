"""What the user gives to an inspection besides the captures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .leaks import LeakPolicy, load_leak_policy
from .parameters import Policy, load_policy
from .search import Pattern


@dataclass(frozen=True)
class Options:
    """`sdp` and `keylogs`: name and text of each file. `texts`: the same of what else is searched for secrets.

    `recover`: a new or empty folder for media in clear. `caller`: address of the one who called. `near`: addresses of
    the hosts that captured. `patterns`: secrets to look for besides those that follow from the key logs. `jobs`:
    processes that authenticate packets.
    """

    sdp: tuple[tuple[str, str], ...] = ()
    keylogs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    texts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    recover: Path | None = None
    cross_check: bool = False
    caller: str | None = None
    near: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = field(default=(), repr=False)
    jobs: int = 1
    policy: Policy = field(default_factory=load_policy)
    leak_policy: LeakPolicy = field(default_factory=load_leak_policy)
