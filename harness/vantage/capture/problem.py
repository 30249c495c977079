"""What is wrong with a capture: said of a place when reading goes on, raised when it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class CaptureError(ValueError):
    """A capture cannot be read: `fault` at `offset`, the byte of the uncompressed file where the trouble begins."""

    def __init__(self, path: Path, offset: int, fault: str, detail: str) -> None:
        super().__init__(f"{path}: {fault} at byte {offset}: {detail}")
        self.path, self.offset, self.fault = path, offset, fault


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as the format says: `fault` names it, `sentence` tells more, `place` is its byte."""

    place: int
    fault: str
    sentence: str


class Fault(NamedTuple):
    """Why no record can be read at a place. What follows has to be searched for."""

    name: str
    detail: str
