"""What the service records: one WAV file for each device that speaks, with silence where nothing came.

A file is for its owner only and never overwritten. Its head is true after each second, so that a service which is
killed leaves files that open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from ...wire import wav
from .sound import RATE, Heard, Pcm

LONGEST: Final = 4 * 3_600 * RATE
"""Samples of one file: four hours, a third of what a WAV file can hold."""

MOST_FILES: Final = 64

_MODE: Final = 0o600
_LONGEST_NAME: Final = 60


class Recorder:
    """Writes what it is told to `folder`. `kind` begins each file's name, as in `recording-alice.wav`.

    `files` are those it has made. A disk that is full ends the recording, not the call: `fault` says why.
    """

    def __init__(self, folder: Path, kind: str, now: Callable[[], float]) -> None:
        self.files: list[Path] = []
        self.fault: str | None = None
        self._folder, self._kind = folder, kind
        self._now = now
        self._began = now()
        self._open: dict[str, tuple[_WavFile, int, int]] = {}

    def take(self, name: str, heard: Heard) -> None:
        """A piece of what `name` says: it stands where the clock of its source puts it after that source's first."""
        if self.fault is not None:
            return
        try:
            self._write(name, heard)
        except OSError as error:
            self.fault = f"the {self._kind} could not go on: {error.strerror}"
            self.close()

    def close(self) -> None:
        """Finish every file."""
        for file, _, _ in self._open.values():
            try:
                file.close()
            except OSError as error:
                self.fault = self.fault or f"the {self._kind} could not be finished: {error.strerror}"
        self._open.clear()

    def _write(self, name: str, heard: Heard) -> None:
        known = self._open.get(name)
        if known is None:
            if len(self.files) == MOST_FILES:
                return
            known = (self._create(name), heard.source, self._since() - heard.at)
        file, source, offset = known
        if heard.source != source:
            # Another source of the same device begins where the clock of the wall is.
            source, offset = heard.source, max(self._since(), file.samples) - heard.at
        self._open[name] = (file, source, offset)
        file.put(heard.at + offset, heard.pcm)

    def _since(self) -> int:
        return max(0, int((self._now() - self._began) * RATE))

    def _create(self, name: str) -> _WavFile:
        stem = f"{self._kind}-{re.sub(r'[^A-Za-z0-9_]+', '-', name)[:_LONGEST_NAME].strip('-') or 'device'}"
        for number in range(1, MOST_FILES + 1):
            path = self._folder / (f"{stem}.wav" if number == 1 else f"{stem}-{number}.wav")
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
            except FileExistsError:
                continue
            self.files.append(path)
            return _WavFile(os.fdopen(descriptor, "w+b"))
        raise FileExistsError(None, f"{MOST_FILES} files are called {stem}")


class _WavFile:
    """Mono, 48 kHz, 16 bits. `samples` says how many there are."""

    def __init__(self, raw: BinaryIO) -> None:
        self.samples = 0
        self._raw = raw
        self._told = 0
        self._tell()

    def put(self, at: int, pcm: Pcm) -> None:
        """Samples at their place; silence before them, nothing of what would lie behind or beyond the longest file."""
        pcm = pcm[max(0, self.samples - at) :]
        silence = max(0, at - self.samples)
        if self.samples + silence + len(pcm) > LONGEST:
            return
        # A hole in the file reads as silence and takes no room.
        self._raw.seek(wav.SAMPLE_BYTES * silence, os.SEEK_END)
        self._raw.write(np.ascontiguousarray(pcm, "<i2").tobytes())
        self.samples += silence + len(pcm)
        if self.samples - self._told >= RATE:
            self._tell()

    def close(self) -> None:
        try:
            self._tell()
        finally:
            self._raw.close()

    def _tell(self) -> None:
        self._raw.seek(0)
        self._raw.write(wav.header(RATE, 1, self.samples))
        self._raw.seek(0, os.SEEK_END)
        self._raw.flush()
        self._told = self.samples
