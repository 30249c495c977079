"""Whether calls can be made with a Firefox on this machine. Knows nothing of what drives it."""

from __future__ import annotations

import shutil
from typing import Final

from ...network.default_route import NO_ROUTE, own_address

PROGRAMS: Final = ("firefox-esr", "firefox")
"""Names under which distributions install it."""

PACKAGE: Final = "firefox-esr"
"""What brings it on Debian."""


def program() -> str | None:
    """Where it is installed, if it is."""
    return next((path for name in PROGRAMS if (path := shutil.which(name)) is not None), None)


def lacking(*, enclosed: bool = False) -> str:
    """Why no call can be made with it; empty when one can. `enclosed`: it is given a network with an address."""
    if program() is None:
        return f"none of these is installed: {', '.join(PROGRAMS)}"
    return "" if enclosed or own_address() is not None else NO_ROUTE
