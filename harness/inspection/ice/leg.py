"""What ICE says on one leg, and who controls there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .check import Check


@dataclass(frozen=True)
class IceLeg:
    """What ICE says on one leg. `near_controls` is None when it cannot be told; `why` is the reason or the evidence.

    `frame`: a request that shows the role and was answered, 0 without one. `left_out`: requests that are not in
    `checks`. `malformed`: checks that could not be read.
    """

    leg: int
    near: str
    far: str
    checks: tuple[Check, ...]
    near_controls: bool | None
    why: str
    frame: int
    left_out: int = 0
    malformed: int = 0

    @property
    def controlling(self) -> str | None:
        """The name of the controlling end; None when it cannot be told."""
        return None if self.near_controls is None else self.near if self.near_controls else self.far

    @property
    def nominated(self) -> int:
        """The first frame that nominated this pair (USE-CANDIDATE) and was answered; 0 without one."""
        return min((one.answered_first for one in self.checks if one.nominates and one.answered), default=0)

    @property
    def role_conflicts(self) -> int:
        return sum(one.refused for one in self.checks)


def roles(checks: Iterable[Check], near: str, far: str) -> tuple[bool | None, str, int]:
    """(whether the near end controls, why, frame). Only a claim that the other end answered with success counts: it
    has checked the password, and that its own role is the other one (RFC 8445 section 7.3.1.1)."""
    claims = [one for one in checks if one.answered and one.controlling is not None]
    if not claims:
        return None, "no ICE check that names a role was answered", 0
    near_controls = {one.from_near is one.controlling for one in claims}
    if len(near_controls) > 1:
        return None, "the ICE checks that were answered contradict each other about the roles", 0
    first = min(claims, key=lambda one: one.answered_first)
    controls = near_controls.pop()
    who = near if controls else far
    return controls, f"{who} is the controlling side of ICE (frame {first.answered_first})", first.answered_first
