"""Whether calls can be made with a Firefox on this machine. Knows nothing of what drives it."""

from __future__ import annotations

import shutil
import socket
from typing import Final

PROGRAMS: Final = ("firefox-esr", "firefox")
"""Names under which distributions install it."""

PACKAGES: Final = ("firefox-esr",)
"""What brings it on Debian."""

_ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737)."""


def program() -> str | None:
    """Where it is installed, if it is."""
    return next((path for name in PROGRAMS if (path := shutil.which(name)) is not None), None)


def own_address() -> str | None:
    """Where its sockets are: at the address of the default route, because it has no use for loopback.

    What it sends from there to a leg stays on this machine all the same. Nothing is sent to find it out; None without
    such a route.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(_ELSEWHERE)
            return str(asking.getsockname()[0])
    except OSError:
        return None


def lacking() -> str:
    """Why no call can be made with it; empty when one can."""
    if program() is None:
        return f"none of these is installed: {', '.join(PROGRAMS)}"
    return (
        "" if own_address() is not None else "it gathers no loopback addresses, and this machine has no default route"
    )
