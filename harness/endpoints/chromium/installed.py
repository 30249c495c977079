"""Whether there is a Chromium on this machine. Knows nothing of what drives it."""

from __future__ import annotations

import shutil
from typing import Final

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
"""Names under which distributions install it."""

PACKAGE: Final = "chromium"
"""What brings it on Debian."""


def program() -> str | None:
    """Where it is installed, if it is."""
    return next((path for name in PROGRAMS if (path := shutil.which(name)) is not None), None)
