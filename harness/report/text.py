"""Text that others wrote, made safe to look at: nothing invisible stays invisible, nothing has unbounded length.

Names, details and provenance come from peers and captures. A right-to-left override in a display name, an escape
sequence in a reason or a line break in a log line would let their author draw on the reader's screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

DETAIL_LIMIT: Final = 600
NAME_LIMIT: Final = 120
MOST_LINES: Final = 40
"""Rows of one table on a terminal; the rest is counted, and stands in the JSON and HTML outputs."""

_STRANGE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode general categories without a picture of their own: controls, format (all bidi marks), line separators."""

_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols whose picture is empty, used to fake a space."""


@dataclass(frozen=True)
class Piece:
    """A run of characters: as they are, or (`strange`) the name of one that cannot be seen ("U+202E")."""

    text: str
    strange: bool = False


def pieces(text: str, limit: int = DETAIL_LIMIT) -> tuple[Piece, ...]:
    """Split `text` at characters that cannot be seen; at most `limit` characters, with a mark for the rest."""
    found = list(_split(text[:limit]))
    if len(text) > limit:
        found.append(Piece(f"… ({len(text) - limit} more characters)", strange=True))
    return tuple(found)


def visible(text: str, limit: int = DETAIL_LIMIT) -> str:
    """`text` as one line of plain text, with "<U+202E>" for what cannot be seen."""
    return "".join(
        f"<{piece.text}>" if piece.strange and piece.text.startswith("U+") else piece.text
        for piece in pieces(text, limit)
    )


def short(text: str, limit: int) -> str:
    """`text` as a label of at most `limit` characters."""
    seen = visible(text, limit * 4)
    return seen if len(seen) <= limit else f"{seen[: limit - 1]}…"


def groups(code: str) -> tuple[str, ...] | None:
    """The four groups of five digits that a screen shows; None when this is no 20-digit code."""
    if len(code) != 20 or not (code.isascii() and code.isdigit()):
        return None
    return tuple(code[start : start + 5] for start in range(0, 20, 5))


def grouped(code: str) -> str:
    """The code on one line: grouped when it is one, otherwise whatever was shown, quoted."""
    digits = groups(code)
    return " ".join(digits) if digits else f'"{visible(code, 64)}"'


def plural(count: int, noun: str) -> str:
    """ "1 call", "2 calls"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of as many cells each, as indented lines whose columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def table(title: str, rows: Sequence[Sequence[str]], most: int = MOST_LINES) -> Iterator[str]:
    """The rows as aligned lines under a title, `most` of them; nothing at all when there is no row."""
    if not rows:
        return
    yield f"{title}:"
    yield from aligned(rows[:most])
    if len(rows) > most:
        yield f"  … {len(rows) - most} more"
    yield ""


def _split(text: str) -> Iterator[Piece]:
    if text and text.isascii() and text.isprintable():  # nearly all of a report is, and each character costs
        yield Piece(text)
        return
    plain: list[str] = []
    for character in text:
        if unicodedata.category(character) not in _STRANGE and character not in _BLANK:
            plain.append(character)
            continue
        if plain:
            yield Piece("".join(plain))
            plain.clear()
        yield Piece(f"U+{ord(character):04X}", strange=True)
    if plain:
        yield Piece("".join(plain))
