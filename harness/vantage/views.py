"""Wireshark's view of many recordings: one tshark for all of them, and each alone when one may have broken it.

A capture that Wireshark cannot stand must not blind it to the others. Somebody who ends tshark, or a tshark that does
not end, blinds it to all that it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from .dissect import Dissection, dissect
from .tshark import DissectError

View = Mapping[Path, Dissection] | str
"""Wireshark's view of each capture of a recording; or, where there is none, why."""

BROKEN: Final = 2
"""Recordings in a row that break a tshark of their own, after which it is the program that is broken."""


def views(recordings: Sequence[Sequence[Path]]) -> list[View]:
    """The view of each recording, which is given by its captures, in order."""
    try:
        whole = dissect([path for captures in recordings for path in captures])
    except DissectError as error:
        if len(recordings) > 1 and error.by_a_capture:
            return _each(recordings)
        return [str(error)] * len(recordings)
    return [{path: whole[path] for path in captures} for captures in recordings]


def _each(recordings: Sequence[Sequence[Path]]) -> list[View]:
    found: list[View] = []
    broken: list[str] = []
    for captures in recordings:
        if len(broken) == BROKEN:
            found.append(broken[0])
            continue
        try:
            found.append(dissect(captures))
            broken.clear()
        except DissectError as error:
            found.append(str(error))
            if error.by_tshark:
                broken.append(str(error))
    return found
