"""The keys that a program tells: taken down as they come, when they are a key log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..wire.keylog import read_keylog

MOST_KEYS: Final = 256
"""One is told for each handshake under DTLS 1.2, five under 1.3."""


class KeysTold:
    """Each line goes to `keylog`; ValueError for one that makes no key log of those before it, and for too many."""

    def __init__(self, keylog: Callable[[str], None]) -> None:
        self._keylog = keylog
        self._keys: list[str] = []

    def heed(self, line: str) -> None:
        if len(self._keys) == MOST_KEYS:
            raise ValueError(f"it told more than {MOST_KEYS} keys")
        self._keys.append(line)
        _, problems = read_keylog("\n".join(self._keys))
        if problems:
            raise ValueError(f"its key log is none: {problems[0]}")
        self._keylog(line)
