"""What the service keeps of a call: recordings and lines, in one folder, for its owner only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ...model.feature import Feature
from .captions import Captioner, Line
from .recording import Recorder
from .sound import Heard

_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700

COMPLIANCE: Final = "compliance"
"""How the names of files begin that no party has asked for, and none can end."""

MOST_LINES: Final = 100_000
"""Of one file: more than a day of talk."""


class Lines:
    """Writes what is heard as text, line by line; `told` is given each of them, to be shown on the screens."""

    def __init__(self, path: Path, now: Callable[[], float], told: Callable[[Line], None] | None) -> None:
        self.path = path
        self._captioner = Captioner()
        self._now, self._began = now, now()
        self._told = told
        self._lines = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)

    def take(self, name: str, heard: Heard) -> None:
        line = self._captioner.take(name, heard, self._now() - self._began)
        if line is None or self._lines >= MOST_LINES:
            return
        self._lines += 1
        self._file.write(f"{line}\n")
        if self._told is not None:
            self._told(line)

    def close(self) -> None:
        self._file.close()


class Keeping:
    """`folder` is made when something is kept for the first time. `now` gives seconds that are never set back."""

    def __init__(self, folder: Path, now: Callable[[], float], told: Callable[[Line], None] | None = None) -> None:
        self._folder, self._now, self._told = folder, now, told
        self._open: dict[Feature, Recorder | Lines] = {}
        self._compliance: Recorder | None = None

    @property
    def listeners(self) -> tuple[Recorder | Lines, ...]:
        """What is listening now."""
        always = () if self._compliance is None else (self._compliance,)
        return (*always, *self._open.values())

    @property
    def fault(self) -> str | None:
        """Why the recording that must be made cannot be; what parties ask for may fail, and the call goes on."""
        return None if self._compliance is None else self._compliance.fault

    def turn(self, feature: Feature, on: bool) -> None:
        """Begin or end one kind of keeping; twice is once. OSError when the folder or a file cannot be made."""
        if not on:
            ended = self._open.pop(feature, None)
            if ended is not None:
                ended.close()
        elif feature not in self._open:
            self._make()
            self._open[feature] = self._begun(feature)

    def comply(self) -> None:
        """Record all of the call from now on, whatever its parties ask for. OSError as for `turn`."""
        if self._compliance is None:
            self._make()
            self._compliance = Recorder(self._folder, COMPLIANCE, self._now)

    def close(self) -> None:
        """End all of it."""
        if self._compliance is not None:
            self._compliance.close()
        for feature in tuple(self._open):
            self.turn(feature, on=False)

    def _make(self) -> None:
        self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)

    def _begun(self, feature: Feature) -> Recorder | Lines:
        if feature in (Feature.RECORDING, Feature.VOICEMAIL):
            return Recorder(self._folder, feature.value, self._now)
        shown = self._told if feature is Feature.CAPTIONS else None
        return Lines(self._folder / f"{feature.value}.txt", self._now, shown)
