"""The question of -Confirm at a terminal, as PowerShell puts it."""

from __future__ import annotations

from typing import Final, TextIO

from .calling.policy.confirming import Ask, Reply, nobody
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


class Conversation:
    """Asks on `talk` and reads from `stdin` where both are a terminal; elsewhere nobody can be asked."""

    def __init__(self, stdin: TextIO, talk: TextIO) -> None:
        self._stdin, self._talk = stdin, talk
        self._asked: list[tuple[str, Reply]] = []

    def from_the_beginning(self) -> Ask:
        """Who replies while the lines are run once more, because others changed the tenant while somebody thought.

        As long as the same is asked in the same order the replies stand, and nobody is asked twice.
        """
        if not (self._stdin.isatty() and self._talk.isatty()):
            return nobody
        at = -1

        def ask(question: str) -> Reply:
            nonlocal at
            at += 1
            if self._asked[at : at + 1] and self._asked[at][0] != question:
                del self._asked[at:]
            if at == len(self._asked):
                self._asked.append((question, self._reply(question)))
            return self._asked[at][1]

        return ask

    def _reply(self, question: str) -> Reply:
        self._say(f"\nConfirm\nAre you sure you want to perform this action?\n{visible(question, MOST_QUESTION)}\n")
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


def _understood(line: str) -> Reply | None:
    """A letter or a whole word in any case; an empty line is the default. What has no end is no reply yet."""
    if not line.endswith("\n"):
        return None
    said = line.strip().casefold()
    if not said:
        return Reply.YES
    return next((reply for reply, (name, _) in _CHOICES.items() if said in (reply, name.casefold())), None)
