"""What a capture holds beside its packets, and how many of its bytes went where."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..window import Ints
from .interface import Interface
from .problem import CaptureError, Problem

MOST_PROBLEMS: Final = 1_000
COMMENT_ROOM: Final = 1 << 20
SECRET_ROOM: Final = 1 << 24
"""Bytes of comments and of secrets that are kept."""

_EACH: Final = 64
"""Bytes that keeping one more of them takes, however short it is."""


class Contents:
    """Filled while a capture is read, complete when it was read to its end; the same in each pass.

    `size`: bytes of the uncompressed file; `container` + the captured bytes of all frames + `unread` is exactly that.
    `container`: the format's own bytes. `unread`: bytes that no record could be made of, each named by a problem.
    `packets`: frames handed up; `cut_short`: those of which the capture kept only a part. `interfaces`: in the order of
    the file, `Frames.interface` counts them. `secrets`: (type, bytes) of the decryption-secrets blocks; never shown.
    `more_problems`: how many were found beyond those in `problems`.
    """

    def __init__(self, path: Path, strict: bool = False) -> None:
        self.path, self.strict = path, strict
        self.clear()

    def clear(self) -> None:
        """Forget everything: a new pass begins."""
        self.size = self.container = self.unread = self.packets = self.cut_short = self.more_problems = 0
        self.interfaces: list[Interface] = []
        self.comments: list[str] = []
        self.secrets: list[tuple[int, bytes]] = []
        self._found: list[Problem] = []
        self._comment_room, self._secret_room = COMMENT_ROOM, SECRET_ROOM
        self._lost_comments = self._lost_secrets = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The first thousand that were found, in the order of their places."""
        return tuple(sorted(self._found, key=lambda one: one.place))

    def problem(self, place: int, fault: str, sentence: str) -> None:
        """Keep or count it; CaptureError where every problem is an error."""
        if self.strict:
            raise CaptureError(self.path, place, fault, sentence)
        if len(self._found) < MOST_PROBLEMS:
            self._found.append(Problem(place, fault, sentence))
        else:
            self.more_problems += 1

    def problems_at(self, places: Ints, fault: str, sentence: str) -> None:
        """The same problem at any number of places."""
        named = places[: max(MOST_PROBLEMS - len(self._found), 1)]
        for place in named.tolist():
            self.problem(place, fault, sentence)
        self.more_problems += len(places) - len(named)

    def comment(self, text: str) -> None:
        self._comment_room -= len(text) + _EACH
        if self._comment_room >= 0:
            self.comments.append(text)
        else:
            self._lost_comments += 1

    def secret(self, kind: int, value: bytes) -> None:
        self._secret_room -= len(value) + _EACH
        if self._secret_room >= 0:
            self.secrets.append((kind, value))
        else:
            self._lost_secrets += 1

    def end(self) -> None:
        """Name the limits that were reached."""
        for lost, room, what in (
            (self._lost_comments, COMMENT_ROOM, "comments"),
            (self._lost_secrets, SECRET_ROOM, "decryption secrets"),
        ):
            if lost:
                self.problem(self.size, f"too many {what}", f"{room} bytes of them are kept, {lost} {what} were not")
