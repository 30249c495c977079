"""What the kernel lets us have: addresses, packet sockets, namespaces, the memory of our children."""

from __future__ import annotations

import os
import platform
import socket
import sys
from collections.abc import Callable
from typing import Final

from ..network import namespaces, process_memory, user_namespace
from .part import Part, State

_LISTENER: Final = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)"
_LOOPBACK: Final = ("127.83.1.1", "127.83.1.2")
_RIGHTS: Final = "run as root, or let users make user namespaces, with iproute2 and util-linux"


def namespaces_part() -> Part:
    """A network namespace is made, by us as we are or in a user namespace, and is gone with the program in it."""
    needed_for = "calls with a router between the devices (network: namespaces)"
    return _taking_rights("namespaces", needed_for, _RIGHTS, namespaces.why_not(), user_namespace.why_not)


def _taking_rights(
    name: str, needed_for: str, install: str, here: str | None, ask_inside: Callable[[], str | None]
) -> Part:
    """`here`: why it is not to be had as we are. Where both refuse for the same reason, it is told once."""
    inside = None if here is None else ask_inside()
    if here is not None and inside is not None:
        detail = "; ".join(dict.fromkeys((here, inside)))
        return Part(name, State.MISSING, None, needed_for, install, False, detail)
    return Part(name, State.INSTALLED, _place(here), needed_for, install, False)


def _place(refused_here: str | None) -> str:
    """Where something is had that takes rights: `harness run` and `interop` start themselves again for it."""
    return "as this user" if refused_here is None else "in a user namespace"


def memory_part() -> Part:
    """A child of ours is started, and its memory read."""
    needed_for = "searching the memory of relays and media servers for keys (memory: true)"
    install = "run as root, or with CAP_SYS_PTRACE, where /proc is mounted"
    why = process_memory.why_not()
    state = State.INSTALLED if why is None else State.MISSING
    return Part("memory", state, None, needed_for, install, False, why or "")


def packet_sockets_part() -> Part:
    """Who may open one may listen to a whole interface: we as we are, or in a user namespace, where one is opened."""
    needed_for = "listening beside a TURN server: what passes an interface, and not only a party's sockets"
    install = f"run with CAP_NET_RAW, {_RIGHTS.removeprefix('run ')}"
    listener = (sys.executable, "-c", _LISTENER)
    return _taking_rights("packet sockets", needed_for, install, _deaf(), lambda: user_namespace.why_not(listener))


def _deaf() -> str | None:
    """Why this process may open no packet socket; None when it may."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0).close()
    except (OSError, AttributeError) as error:
        return str(error)
    return None


def loopback_part() -> Part:
    """Every call has addresses of its own in 127/8; some systems bring up 127.0.0.1 only."""
    needed_for = "calls: each has its own addresses in 127/8"
    install = "run on Linux, or add the addresses to the loopback interface"
    detail = carries_datagrams(*_LOOPBACK)
    state = State.BROKEN if detail else State.INSTALLED
    return Part("loopback", state, f"{platform.system()} {platform.release()}", needed_for, install, True, detail)


def carries_datagrams(sender: str, receiver: str) -> str:
    """What keeps a datagram from reaching `receiver` with `sender` as its source; an empty text when nothing does."""
    sent = os.urandom(16)
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
        ):
            near.bind((sender, 0))
            far.bind((receiver, 0))
            far.settimeout(1.0)
            near.sendto(sent, far.getsockname())
            received, source = far.recvfrom(64)
            if (received, source) != (sent, near.getsockname()):
                return f"a datagram from {sender} arrived at {receiver} changed, or from {source[0]}"
    except OSError as error:
        return f"no datagram from {sender} to {receiver}: {error.strerror or error}"
    return ""
