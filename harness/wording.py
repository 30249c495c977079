"""How a value, a near miss or a cure is put into a sentence. Text from a file never reaches a terminal unescaped."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def quoted(text: str, most: int = 40) -> str:
    """`text` between quotes, on one line, control characters escaped, at most `most` characters of it."""
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when something known is close to `word`, else nothing."""
    close = difflib.get_close_matches(word[:80], list(known), n=1)
    return f"; did you mean {quoted(close[0])}?" if close else ""


def from_debian(*packages: str) -> str:
    """How to get what these packages of Debian bring: those that `make system` installs."""
    return f"make system, on Debian 12; or apt-get install {' '.join(packages)}"


def described(value: object) -> str:
    """A value in the words of somebody who writes YAML."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int():
            return f"the whole number {value}"
        case float():
            return f"the number {value}"
        case str():
            return f"the text {quoted(value)}"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "a mapping" if value else "an empty mapping"
