"""Why something that was said is not done."""

from __future__ import annotations

from typing import Any, NoReturn


class Refusal(Exception):
    """`reason` is a word for programs, `detail` a sentence for people. What was refused has changed nothing."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def refuse(reason: str, detail: str, cause: Any = None) -> NoReturn:
    """Never returns."""
    raise Refusal(reason, detail) from cause
