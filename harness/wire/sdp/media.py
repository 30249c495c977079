"""The m= line of a media section (RFC 8866 section 5.14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_M_LINE: Final = re.compile(r"m=([!-~]+) ([0-9]{1,5})(?:/[0-9]{1,5})? ([!-~]+)((?: [!-~]+)*) ?")


@dataclass(frozen=True, slots=True)
class Media:
    """One media section: its index from 0, what it carries ("audio"), port, protocol and payload formats."""

    level: int
    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]

    @classmethod
    def parse(cls, level: int, text: str) -> Media:
        """Read an m= line; ValueError when it is malformed."""
        fields = _M_LINE.fullmatch(text)
        if not fields or int(fields[2]) > 65535:
            raise ValueError(f"not a media description: {text[:80]!r}")
        return cls(level, fields[1], int(fields[2]), fields[3], tuple(fields[4].split()))
