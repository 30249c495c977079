"""Which packets of a stream are looked at: the first ones, and short runs now and then for as long as it lasts."""

from __future__ import annotations

from typing import Final

from .chance import level_of_run
from .evidence import Evidence
from .recognition import evidence
from .sample import Sample

_FIRST_RUN, _LATER_RUN = 200, 32
_MOST_BYTES: Final = 64 * 1024
"""Kept of one run."""


class Runs:
    """The samples of one stream. A run is judged as soon as it is full, and only its evidence is kept."""

    def __init__(self) -> None:
        self.sampled = 0
        self.evidence: Evidence | None = None
        self._run: list[Sample] = []
        self._bytes = 0
        self._runs = 0

    def take(self, sample: Sample) -> bool:
        """One more packet; whether that ends the run."""
        self.sampled += 1
        self._run.append(sample)
        self._bytes += len(sample.payload)
        full = len(self._run) == (_LATER_RUN if self._runs else _FIRST_RUN) or self._bytes >= _MOST_BYTES
        if full:
            self.judge()
        return full

    def judge(self) -> None:
        """End the run; what it shows counts from now on."""
        if not self._run:
            return
        found = evidence(self._run, level_of_run(self._runs))
        if found is not None and (self.evidence is None or found.chance < self.evidence.chance):
            self.evidence = found
        self._runs += 1
        self._run, self._bytes = [], 0
