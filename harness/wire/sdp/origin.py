"""The origin line of a description: which session it belongs to, and how often that session was changed (RFC 8866).

A description that changes a session has the same origin as the one before it, with a version that is higher by one
(RFC 3264 section 8): so an old offer or one of another call, sent again, can be told from a new one.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from .description import Line, Sdp

_ORIGIN: Final = re.compile(r"o=(\S+) (\d{1,20}) (\d{1,20}) (.+)")
_LARGEST: Final = 2**62


@dataclass(frozen=True)
class Origin:
    """Session id and version, both numbers of at most 64 bits."""

    session: int
    version: int

    @classmethod
    def fresh(cls) -> Origin:
        """A new session: a random id, version 1."""
        return cls(secrets.randbelow(_LARGEST), 1)

    @classmethod
    def read(cls, sdp: str) -> Origin:
        """Of a peer's description. ValueError when it has none, or more than one."""
        found = [match for line in Sdp.parse(sdp).lines if (match := _ORIGIN.fullmatch(line.text))]
        if len(found) != 1:
            raise ValueError(f"the description has {len(found)} origin lines")
        return cls(int(found[0][2]), int(found[0][3]))

    def next(self) -> Origin:
        return Origin(self.session, self.version + 1)

    def written(self, sdp: str) -> str:
        """The description with this origin instead of its own."""

        def changed(line: Line) -> tuple[str]:
            match = _ORIGIN.fullmatch(line.text)
            return (f"o={match[1]} {self.session} {self.version} {match[4]}" if match else line.text,)

        return str(Sdp.parse(sdp).rewrite(changed))

    def check_successor(self, later: Origin) -> None:
        """ValueError when `later` cannot be what this session has become."""
        if later.session != self.session:
            raise ValueError("it belongs to another session")
        if later.version <= self.version:
            raise ValueError(f"it is version {later.version} where version {self.version} is known already")
