"""-WhatIf and -Confirm: what a cmdlet is about to do, and which of it an administrator wants done.

learn.microsoft.com, `Cmdlet.ShouldProcess` and `confirmation messages`: -WhatIf goes before -Confirm and asks nothing;
"to all" holds for the rest of that one cmdlet. Suspend is left out: there is no session behind a line to go back to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .lookup import Refused


class Reply(StrEnum):
    """What can be said to a question, by the letter that PowerShell takes for it."""

    YES = "y"
    YES_TO_ALL = "a"
    NO = "n"
    NO_TO_ALL = "l"


TO_ALL: Final = (Reply.YES_TO_ALL, Reply.NO_TO_ALL)


@dataclass(frozen=True)
class Question:
    """What a cmdlet is about to do to `target`. A reply to all speaks for `more` as well, and for nothing else."""

    operation: str
    target: str
    more: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return sentence(self.operation, self.target)


Ask = Callable[[Question], Reply]
"""The reply to a question. Refused where nobody can be asked, or does not reply."""


def nobody(_question: Question) -> Reply:
    """There is no terminal: nothing is done that was to be asked about."""
    raise Refused("-Confirm asks, and nobody can be asked here: run it at a terminal, or say -Confirm:$false")


def sentence(operation: str, target: str) -> str:
    """What a cmdlet is about to do."""
    return f'Performing the operation "{operation}" on target "{target}".'


def confirmed(operation: str, targets: Sequence[str], ask: Ask) -> Iterator[bool]:
    """Of each target whether it shall be done. Asks as long as no reply was for all of them."""
    for_all: bool | None = None
    for place, target in enumerate(targets, 1):
        if for_all is not None:
            yield for_all
            continue
        reply = ask(Question(operation, target, tuple(targets[place:])))
        if reply in TO_ALL:
            for_all = reply is Reply.YES_TO_ALL
        yield reply in (Reply.YES, Reply.YES_TO_ALL)
