"""The garbage collector beside a program that makes much and little of it garbage in circles."""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 100)
"""Objects made until the youngest are looked through, and how many such rounds the older ones are spared."""


def collect_seldom() -> None:
    """For a process that has imported what it needs: modules are never garbage, and looking through them again and
    again costs a run a tenth of its time."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
