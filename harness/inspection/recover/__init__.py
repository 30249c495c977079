"""Sound and pictures out of packets that are in clear, or whose keys one holds: what `--recover` writes."""

from .recovery import Recovery
from .track import RecoveredStream

__all__ = ["RecoveredStream", "Recovery"]
