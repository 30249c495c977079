"""The question of -Confirm at a terminal, as PowerShell puts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TextIO

from .calling.policy.confirming import TO_ALL, Ask, Question, Reply, nobody
from .calling.policy.lookup import Refused
from .report.text import visible

_CHOICES: Final = {
    Reply.YES: ("Yes", "do this"),
    Reply.YES_TO_ALL: ("Yes to All", "do this and all that this cmdlet would still ask about"),
    Reply.NO: ("No", "leave this out"),
    Reply.NO_TO_ALL: ("No to All", "leave this out and all that this cmdlet would still ask about"),
}
_LINE: Final = "  ".join(f"[{reply.upper()}] {name}" for reply, (name, _) in _CHOICES.items())
_HELP: Final = "".join(f"{reply.upper()} - {name}: {what}.\n" for reply, (name, what) in _CHOICES.items())
MOST_REPLY: Final = 8192
"""Characters of a line; a terminal itself gives at most 4096."""
MOST_QUESTION: Final = 1000
MOST_NAMED: Final = 20
"""Of what a reply to all speaks for, by name."""


class Conversation:
    """Asks on `talk` and reads from `stdin` where both are a terminal; elsewhere nobody can be asked."""

    def __init__(self, stdin: TextIO, talk: TextIO) -> None:
        self._stdin, self._talk = stdin, talk
        self._asked: list[tuple[Question, Reply]] = []

    def from_the_beginning(self) -> Ask:
        """Who replies while the lines are run once more, because others changed the tenant while somebody thought.

        As long as the same is asked in the same order the replies stand, and nobody is asked twice. One to all stands
        only for what it was said of: when others have added something to that, or taken it away, it is asked again.
        """
        if not (self._stdin.isatty() and self._talk.isatty()):
            return nobody
        at = -1

        def ask(question: Question) -> Reply:
            nonlocal at
            at += 1
            if self._asked[at:] and not _stands(*self._asked[at], question):
                del self._asked[at:]
                self._say("\nOthers have changed the tenant meanwhile.\n")
            if at == len(self._asked):
                self._asked.append((question, self._reply(question)))
            return self._asked[at][1]

        return ask

    def _reply(self, question: Question) -> Reply:
        said = visible(question.sentence, MOST_QUESTION)
        self._say(f"\nConfirm\nAre you sure you want to perform this action?\n{said}\n")
        if question.more:
            self._say(f'"To All" is for this and {_named(question.more)}.\n')
        while True:
            self._say(f'{_LINE}  [?] Help (default is "Y"): ')
            line = self._stdin.readline(MOST_REPLY)
            if not line:
                self._say("\n")
                raise Refused("-Confirm asks, and there was no reply")
            if (reply := _understood(line)) is not None:
                return reply
            if line.strip() == "?":
                self._say(_HELP)

    def _say(self, text: str) -> None:
        self._talk.write(text)
        self._talk.flush()


def _stands(asked: Question, reply: Reply, now: Question) -> bool:
    """Whether a reply to one question is one to another."""
    return asked == now if reply in TO_ALL else asked.sentence == now.sentence


def _named(targets: Sequence[str]) -> str:
    named = ", ".join(f'"{visible(one)}"' for one in targets[:MOST_NAMED])
    return named if len(targets) <= MOST_NAMED else f"{named}, and {len(targets) - MOST_NAMED} more"


def _understood(line: str) -> Reply | None:
    """A letter or a whole word in any case; an empty line is the default. What has no end is no reply yet."""
    if not line.endswith("\n"):
        return None
    said = line.strip().casefold()
    if not said:
        return Reply.YES
    return next((reply for reply, (name, _) in _CHOICES.items() if said in (reply, name.casefold())), None)
