"""Programs of the system, and stacks that nobody here wrote. One counts as installed when it was found and answered."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from typing import Final

from ..endpoints.firefox import installed as firefox
from ..endpoints.gstreamer import installed as gstreamer
from ..network import child, coturn, janus, rtpengine
from ..wording import from_debian
from .part import Part, State

SECONDS: Final = 20.0
"""That a program may take to say its version."""


def program_part(
    name: str, needed_for: str, pattern: str, install: str = "", command: str = "", heeds_its_code: bool = True
) -> Part:
    """A program answers `--version` with its own name, or it is not that program, or not a working one."""

    def part(state: State, version: str | None, detail: str = "") -> Part:
        return Part(name, state, version, needed_for, install or from_debian(name), False, detail)

    path = shutil.which(command or name)
    if path is None:
        return part(State.MISSING, None)
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return part(State.BROKEN, None, f"{path} --version: {error}")
    if heeds_its_code and done.returncode != 0:
        return part(State.BROKEN, None, f"{path} --version ended with {done.returncode}")
    found = re.match(pattern, done.stdout.decode(errors="replace"))
    if found is None:
        return part(State.BROKEN, None, f"{path} --version does not name a version of {name}")
    return part(State.INSTALLED, found[1].rstrip("."))


def tshark_part() -> Part:
    needed_for = "the auditor 'wireshark', a second opinion on every capture"
    return program_part("tshark", needed_for, r"TShark \(Wireshark\) (\S+)")


def git_part() -> Part:
    needed_for = "naming the commit a recording was made with"
    return program_part("git", needed_for, r"git version (\S+)", "apt-get install git")


def chromium_part() -> Part:
    needed_for = "a real browser in calls, and the tests of the web pages"
    return program_part("chromium", needed_for, r"Chromium (\S+)")


def firefox_part() -> Part:
    needed_for = "pages in Firefox in calls, a stack that nobody here wrote (--endpoint PARTY=firefox)"
    part = program_part("firefox-esr", needed_for, r"Mozilla Firefox ([0-9.]+)")
    without = firefox.lacking() if part.usable else ""
    return replace(part, state=State.UNFIT, detail=without) if without else part


def gstreamer_part() -> Part:
    needed_for = "GStreamer's webrtcbin in calls, a stack that nobody here wrote (--endpoint PARTY=gstreamer)"
    install = from_debian(*gstreamer.PACKAGES)
    there = gstreamer.found()
    if there.software is None:
        return Part("gstreamer", State.MISSING, None, needed_for, install, False, there.why)
    return Part("gstreamer", State.INSTALLED, there.software.partition("/")[2], needed_for, install, False)


def setpriv_part() -> Part:
    """Two programs of one package: what ends a server with us, and what keeps its memory off the disk."""
    needed_for = "coturn, rtpengine and janus, which are started only where they end with the harness"
    part = program_part("setpriv", needed_for, r"setpriv from util-linux (\S+)", f"apt-get install {child.PACKAGE}")
    why = child.why_not() if part.usable else None
    return replace(part, state=State.UNFIT, detail=why) if why else part


def coturn_part() -> Part:
    """coturn says nothing but its version, and ends with whatever code it likes."""
    needed_for = "calls through a TURN server that nobody here wrote (network: turn-udp, turn-tcp)"
    alone_in_a_line = r"(?ms).*?^(\d+(?:\.\d+)+)\s*$"
    install = from_debian(coturn.PACKAGE)
    return program_part("coturn", needed_for, alone_in_a_line, install, coturn.PROGRAM, heeds_its_code=False)


def rtpengine_part() -> Part:
    needed_for = "calls through a media server that nobody here wrote, as a man in the middle and as a relay"
    version = rtpengine.version() if rtpengine.installed() else None
    return _server_part(rtpengine.PROGRAM, needed_for, from_debian(rtpengine.PACKAGE), version)


def janus_part() -> Part:
    needed_for = (
        "ordinary calls whose media server is one that nobody here wrote, and the same one put into encrypted calls "
        "(service-janus-call, chromium-janus-pair, janus-terminates, janus-memory-terminates)"
    )
    version = janus.version() if janus.installed() else None
    why = None if version is None else janus.lacking()
    return _server_part(janus.PROGRAM, needed_for, from_debian(janus.PACKAGE), version, why or "")


def _server_part(name: str, needed_for: str, install: str, version: str | None, lacking: str = "") -> Part:
    """`version`: None where it is not installed; `lacking`: why one that works cannot be used here."""
    if version is None:
        return Part(name, State.MISSING, None, needed_for, install, False)
    if version in {rtpengine.UNKNOWN, janus.UNKNOWN}:
        return Part(name, State.BROKEN, None, needed_for, install, False, f"{name} --version does not name a version")
    return Part(name, State.UNFIT if lacking else State.INSTALLED, version, needed_for, install, False, lacking)
