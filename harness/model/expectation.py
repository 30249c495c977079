"""What must be seen of a call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Self

from pydantic import Field, model_validator

from .base import Noun
from .finding import Reason
from .outcome import Outcome
from .visibility import Place


class Expectation(Noun):
    """What must be seen. `because`: alarms that must all be raised. `also`: alarms that may be, and nothing else.

    `by_stack`: what must be raised beside `because` where both ends are of this stack, for stacks refuse the same thing
    at different moments; where they are not, one of all these must be. `either`: alarms of which one must be raised.

    `seen`: what the recording itself must show of the attack, at any severity; without it the attack is not proved.
    `at_least`: how many of what one of those counts, all places together: one datagram of many proves no volley.
    `reached`: by place, a kind of file that the service keeps or a device, whose sound must have arrived there, and
    nobody's else. `stopped`: by device, why it must have been told to stop ringing.
    `beyond`: what must be seen as plaintext by whom, where that is promised not to be.
    """

    outcome: Outcome = Field(strict=False)
    because: tuple[Reason, ...] = Field(default=(), strict=False)
    either: tuple[Reason, ...] = Field(default=(), strict=False)
    by_stack: dict[str, tuple[Reason, ...]] = Field(default={}, strict=False, max_length=8)
    also: tuple[Reason, ...] = Field(default=(), strict=False)
    seen: tuple[Reason, ...] = Field(default=(), strict=False)
    at_least: dict[Reason, Annotated[int, Field(ge=1)]] = Field(default={}, strict=False, max_length=8)
    reached: dict[str, tuple[str, ...]] = Field(default={}, strict=False, max_length=16)
    stopped: dict[str, str] = Field(default={}, strict=False, max_length=8)
    beyond: tuple[Place, ...] = Field(default=(), strict=False)

    @property
    def alarms(self) -> frozenset[Reason]:
        """Every alarm that may be raised, whatever the stacks."""
        ways = (reason for reasons in self.by_stack.values() for reason in reasons)
        return frozenset((*self.because, *self.either, *self.also, *ways))

    def of(self, stacks: Collection[str | None]) -> Self:
        """What must be seen of a call between these stacks ("firefox"); None stands for one that nobody knows."""
        for stack, reasons in self.by_stack.items():
            if {stack} == {*stacks}:
                return self.model_copy(update={"because": (*self.because, *reasons), "by_stack": {}})
        ways = dict.fromkeys(reason for reasons in self.by_stack.values() for reason in reasons)
        return self.model_copy(update={"either": (*self.either, *ways), "by_stack": {}})

    @model_validator(mode="after")
    def _what_is_counted_must_be_seen(self) -> Self:
        if not self.at_least.keys() <= set(self.seen):
            raise ValueError("at_least counts something that need not be seen")
        return self
