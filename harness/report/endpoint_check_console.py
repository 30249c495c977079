"""A conformance run as lines for people: one for each check, as it ends."""

from __future__ import annotations

from ..model.endpoint_check import Answered, Check, EndpointCheck
from .text import visible

WIDTH = 34
_SAID = {Answered.PASSED: "ok  ", Answered.FAILED: "FAIL", Answered.SKIPPED: "skip", Answered.UNTRIED: "-   "}


def line(check: Check) -> str:
    return f"{_SAID[check.answered]}  {check.name:<{WIDTH}}  {visible(check.detail)}"


def closing_line(document: EndpointCheck) -> str:
    counts = {answered: sum(one.answered is answered for one in document.checks) for answered in Answered}
    said = f"{counts[Answered.PASSED]} of {len(document.checks)} checks passed"
    if counts[Answered.SKIPPED]:
        said += f", {counts[Answered.SKIPPED]} skipped, with the reason"
    if document.passed:
        return f"{said}: this program can be put under test"
    return f"{said}, {counts[Answered.FAILED]} failed, {counts[Answered.UNTRIED]} could not be tried"
