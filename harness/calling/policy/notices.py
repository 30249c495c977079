"""What is odd in the files, said once per kind and counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...model.policy_audit import Notice

MOST_NOTICES: Final = 200
MOST_NAMES: Final = 20


class Notices:
    """Collects what there is to say of one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[str, tuple[str, int]] = {}
        self._left_out = 0

    def add(self, line: int, text: str) -> None:
        """`text` is the kind: it names fields and values, and no single object."""
        if text not in self._found and len(self._found) >= MOST_NOTICES:
            self._left_out += 1
            return
        place, count = self._found.get(text, (f"line {line}", 0))
        self._found[text] = (place, count + 1)

    def unused(self, names: Iterable[str]) -> None:
        """Fields that are there and that nobody asked for."""
        named = sorted(names)
        if named:
            more = f" and {len(named) - MOST_NAMES} more" if len(named) > MOST_NAMES else ""
            shown = ", ".join(name[:80] for name in named[:MOST_NAMES])
            self.add(1, f"fields that are not looked at: {shown}{more}")

    def all(self) -> tuple[Notice, ...]:
        """Each kind with its first place."""
        found = [
            Notice(file=self._file, place=place, text=text, count=count) for text, (place, count) in self._found.items()
        ]
        if self._left_out:
            found.append(Notice(file=self._file, place="", text="further notices, left out", count=self._left_out))
        return tuple(found)
