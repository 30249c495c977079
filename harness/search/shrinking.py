"""Simpler plans: fewer moves first, then a simpler call, then moves that say less.

Hypothesis would shrink the numbers that a plan was made of, at hundreds of calls; a plan has few parts, and each
simplification costs one call here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from ..model.adversary.script import MOVES, Move
from .plan import Plan, Shape


def shrinking(plan: Plan, holds: Callable[[Plan], bool | None]) -> Iterator[Plan]:
    """From `plan` down, each plan simpler than the one before it, and the property does not hold for any of them.

    `holds` makes the call; None when there is no time for it. No move of the last one can be left out.
    """
    smaller: Plan | None = plan
    while smaller is not None:
        yield smaller
        smaller = _first(smaller, holds)


def simpler(plan: Plan) -> Iterator[Plan]:
    """Each plan that is one step simpler, the greatest step first."""
    if len(plan.moves) > 1:
        yield replace(plan, moves=())
    for place in range(len(plan.moves)):
        yield replace(plan, moves=plan.moves[:place] + plan.moves[place + 1 :])
    if plan.shape is not Shape.PLAIN:
        yield replace(plan, shape=Shape.PLAIN)
    for place, move in enumerate(plan.moves):
        for less in _saying_less(move):
            yield replace(plan, moves=(*plan.moves[:place], less, *plan.moves[place + 1 :]))


def _first(plan: Plan, holds: Callable[[Plan], bool | None]) -> Plan | None:
    for candidate in simpler(plan):
        answer = holds(candidate)
        if answer is None:
            return None
        if not answer:
            return candidate
    return None


def _saying_less(move: Move) -> Iterator[Move]:
    """The move with one of its fields left at its default."""
    kind = MOVES[move.do]
    said: dict[str, Any] = move.model_dump()
    for name, field in kind.model_fields.items():
        if not field.is_required() and said[name] != field.default:
            try:
                yield kind.model_validate({key: value for key, value in said.items() if key != name})  # type: ignore[misc]
            except ValidationError:
                continue
