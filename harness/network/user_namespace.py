"""A user namespace with a network of its own, in which its maker may make further ones and listen to all of them
(user_namespaces(7)).

A process cannot enter one once it has threads. So the whole program is started again inside, as the root of nothing but
itself: files are still its owner's. The network outside is out of reach, so it is given a loopback interface and an
address behind which nobody is, for whoever has no use for loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import Final

from . import namespaces

MARK: Final = "HARNESS_USER_NAMESPACE"
"""In the environment of who was started again, which is done once."""

_WORDS: Final = ("unshare", "--user", "--map-root-user", "--net", "--")
_FURNITURE: Final = b"""\
link set lo up
link add own0 type veth peer name nobody0
addr add 198.51.100.1/24 dev own0
link set own0 up
link set nobody0 up
route add default via 198.51.100.2
"""
"""What `ip -batch` is told inside. The network is one for examples (RFC 5737)."""


@cache
def why_not(tried: tuple[str, ...] = namespaces.TRIED) -> str | None:
    """Why nobody gets one here; None when it can be had, and this command ends well in it: unless told otherwise, one
    that makes a network namespace there."""
    absent = namespaces.missing()
    if absent is not None:
        return absent
    try:
        command = [shutil.which(_WORDS[0]) or "", *_WORDS[1:], *tried]
        made = subprocess.run(command, capture_output=True, timeout=namespaces.SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no user namespace can be made: {error}"
    said = made.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
    if made.returncode == 0:
        return None
    what = "no user namespace can be made" if tried == namespaces.TRIED else "in a user namespace it cannot be had"
    return f"{what} ({said})"


def start_again(environment: Mapping[str, str]) -> None:
    """Become this very command inside of one, and furnish it there; do nothing where none can be had.

    OSError when that fails half-way.
    """
    if MARK in environment:
        _furnish()
    elif why_not() is None:
        command = [*_WORDS, sys.executable, *sys.orig_argv[1:]]
        os.execvpe(command[0], command, {**environment, MARK: "1"})  # noqa: S606 - no shell is wanted


def _furnish() -> None:
    command = [shutil.which("ip") or "", "-batch", "-"]
    done = subprocess.run(command, input=_FURNITURE, capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[:200]
        raise OSError(f"the network of the user namespace cannot be set up: {said}")
