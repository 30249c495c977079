"""What a conformance run found out about a program that wants to be an endpoint."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from .base import SCHEMA_VERSION, Noun


class Answered(StrEnum):
    """How one check went. `SKIPPED`: the program says that it lacks what would be asked. `UNTRIED`: something before it
    failed, without which it cannot be asked.
    """

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNTRIED = "untried"


class Check(Noun):
    """One check: what was asked of the program, how it went, and what was seen or what was wrong."""

    name: str = Field(max_length=80)
    answered: Answered
    detail: str = Field(max_length=2000)


class EndpointCheck(Noun):
    """`harness endpoint check -o json=PATH`. `software` is what the program calls itself, empty when it never did."""

    schema_version: Literal[1] = SCHEMA_VERSION
    command: tuple[str, ...]
    software: str = Field(max_length=200)
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(one.answered in (Answered.PASSED, Answered.SKIPPED) for one in self.checks)
