"""Where programs are that have no use for loopback: at the address of the default route."""

from __future__ import annotations

import socket
from typing import Final

_ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737)."""

NO_ROUTE: Final = "it gathers no loopback addresses, and this machine has no default route"
"""Why such a program can be in no call here."""


def own_address() -> str | None:
    """The address of this machine on that route. What is sent between it and a loopback address stays on the machine.

    Nothing is sent to find it out; None without such a route.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(_ELSEWHERE)
            return str(asking.getsockname()[0])
    except OSError:
        return None
