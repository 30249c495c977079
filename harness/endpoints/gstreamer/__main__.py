"""Whether webrtcbin can be had here: ends with 0 when it can, and else with the elements that are missing."""

from __future__ import annotations

import sys

from .webrtcbin import missing

if __name__ == "__main__":
    sys.exit(", ".join(missing()) or 0)
