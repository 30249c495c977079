"""The conformance run: every group in turn, each within its time, whatever the program does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from ..endpoints.endpoint import CallFailed, NoStatement
from ..endpoints.program import ProgramFailed, Refused
from ..model.base import Asset
from ..model.endpoint_check import Answered, Check, EndpointCheck
from .checks import Group, Skipped
from .groups import GROUPS
from .stand import Flaw, Stand

LIMIT: Final = 90.0
"""Seconds for the checks of one group. A program may be slow, but a conformance run must end."""

INTRODUCTION: Final = 2
"""Checks without which nobody makes a call with a program: who it is, and that it says no when it must."""

_UNTRIED: Final = "not tried, because of what failed before it"
_LONGEST: Final = 2000


async def conformance(
    command: tuple[str, ...],
    media: tuple[Asset, ...],
    tell: Callable[[Check], None] = lambda check: None,
    limit: float = LIMIT,
    groups: Sequence[Group] = GROUPS,
) -> EndpointCheck:
    """Check a program; `tell` hears of each check as it ends. OSError when the program cannot be started."""
    stand, checks = Stand(command, media), list[Check]()
    for group in groups:
        if any(one.answered is not Answered.PASSED for one in checks[:INTRODUCTION]):
            found = [_check(name, Answered.UNTRIED, _UNTRIED) for name in group.names]
        else:
            found = await _asked(group, stand, limit)
        for one in found:
            tell(one)
        checks += found
    hello = checks[0]
    software = hello.detail.partition("; packets ")[0] if hello.answered is Answered.PASSED else ""
    return EndpointCheck(command=command, software=software, checks=tuple(checks))


async def _asked(group: Group, stand: Stand, limit: float) -> list[Check]:
    if group.of is not None and stand.without(group.of):
        return [_check(name, Answered.SKIPPED, Skipped.without(group.of)) for name in group.names]
    seen: list[str] = []
    why: str | None = None
    try:
        async with asyncio.timeout(limit):
            async for detail in group.ask(stand):
                seen.append(detail)
    except TimeoutError:
        why = f"not ended after {limit:g} s"
    except (Flaw, ProgramFailed, Refused, CallFailed, NoStatement) as error:
        why = str(error)
    passed = [_check(name, _answered(detail), detail) for name, detail in zip(group.names, seen, strict=False)]
    if why is None:
        return passed
    failed, *rest = group.names[len(seen) :] or group.names[-1:]
    kept = passed[: len(group.names) - 1 - len(rest)]
    return [*kept, _check(failed, Answered.FAILED, why), *(_check(name, Answered.UNTRIED, _UNTRIED) for name in rest)]


def _answered(detail: str) -> Answered:
    return Answered.SKIPPED if isinstance(detail, Skipped) else Answered.PASSED


def _check(name: str, answered: Answered, detail: str) -> Check:
    clean = detail.encode("utf-8", "replace").decode()
    return Check(name=name, answered=answered, detail=clean[:_LONGEST])
