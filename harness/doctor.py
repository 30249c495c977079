"""What is installed, whether it is fit for use, and what each missing thing would unlock.

Only parts that this version can use are listed. A part counts as installed when it was found *and* answered: a program
that ends with an error, or a package whose module is not there, is broken.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import metadata
from typing import Final

from .endpoints.firefox import installed as firefox
from .endpoints.gstreamer import installed as gstreamer
from .network import child, coturn, janus, namespaces, process_memory, rtpengine, user_namespace
from .wording import from_debian

_SECONDS: Final = 20.0
_LISTENER: Final = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)"
_LOOPBACK: Final = ("127.83.1.1", "127.83.1.2")
_RIGHTS: Final = "run as root, or let users make user namespaces, with iproute2 and util-linux"


class State(StrEnum):
    """How a part was found. `UNFIT` is there and works, but is not a version the harness is made for."""

    INSTALLED = "installed"
    UNFIT = "unfit"
    BROKEN = "broken"
    MISSING = "missing"


@dataclass(frozen=True)
class Part:
    """One thing the harness stands on. `version` is what was found, `detail` says what is wrong with it.

    Without a `required` part no call can be made; without another one, something named in `needed_for` is missing.
    """

    name: str
    state: State
    version: str | None
    needed_for: str
    how_to_install: str
    required: bool
    detail: str = ""

    @property
    def usable(self) -> bool:
        return self.state is State.INSTALLED


@dataclass(frozen=True)
class Package:
    """A Python package: its distribution, the module it brings, the versions that will do, and what it is for."""

    name: str
    module: str
    wanted: str
    needed_for: str


PACKAGES: Final = (
    Package("aiortc", "aiortc", "==1.16.0", "the endpoints: real calls (its internals are used, hence one version)"),
    Package("aioice", "aioice", "==0.13.0", "finding a path between the endpoints (ICE)"),
    Package("av", "av", ">=18.1,<19", "encoding and decoding the media that carries the markers"),
    Package("pylibsrtp", "pylibsrtp", "==1.0.0", "SRTP (libsrtp): of the endpoints, the adversary and the auditor"),
    Package("pyopenssl", "OpenSSL", ">=26.4", "DTLS of the endpoints and of the adversary"),
    Package("cryptography", "cryptography", ">=50", "certificates and their thumbprints"),
    Package("scapy", "scapy", ">=2.7", "writing captures, crafting packets"),
    Package("pyshark", "pyshark", "==0.6", "reading Wireshark's view of a capture"),
    Package("numpy", "numpy", ">=2", "markers, and captures as columns"),
    Package("scipy", "scipy", ">=1.15", "what chance does: the statistics of ciphertext"),
    Package("pydantic", "pydantic", ">=2.14", "scenarios and every document"),
    Package("pyyaml", "yaml", ">=6", "reading scenario files"),
    Package("click", "click", ">=8.1", "the command line"),
    Package("aiohttp", "aiohttp", ">=3.13", "the calling service: HTTPS and WebSocket"),
    Package("playwright", "playwright", ">=1.55", "driving Chromium, a real browser as an endpoint"),
    Package("jinja2", "jinja2", ">=3.1", "the HTML report"),
    Package("rich", "rich", ">=14", "the table on the terminal"),
    Package("hypothesis", "hypothesis", ">=6", "the search for attacks: plans that are the same for the same seed"),
)


def examine() -> tuple[Part, ...]:
    """Look at everything once. Starts programs and opens sockets on the loopback interface; never raises."""
    return (
        _python(),
        *(_package(package) for package in PACKAGES),
        _openssl(),
        _loopback(),
        _program("tshark", "the auditor 'wireshark', a second opinion on every capture", r"TShark \(Wireshark\) (\S+)"),
        _program("chromium", "a real browser in calls, and the tests of the web pages", r"Chromium (\S+)"),
        _firefox(),
        _gstreamer(),
        _tied_to_us(),
        _turn_server(),
        _media_server(),
        _janus(),
        _packet_sockets(),
        _namespaces(),
        _process_memory(),
        _program(
            "git", "naming the commit a recording was made with", r"git version (\S+)", install="apt-get install git"
        ),
    )


def render(parts: Iterable[Part]) -> str:
    """A line for each part, and below a part that cannot be used what that costs and how to get it."""
    lines = []
    for part in parts:
        lines.append(f"{part.state:<9}  {part.name:<13} {part.version or '-'}".rstrip())
        if part.detail:
            lines.append(f"{'':<11}{part.detail}")
        if not part.usable:
            lines.append(f"{'':<11}{'required' if part.required else 'needed'} for {part.needed_for}")
            lines.append(f"{'':<11}to get it: {part.how_to_install}")
    return "\n".join(lines)


def _python() -> Part:
    fit = sys.version_info >= (3, 11)
    detail = "" if fit else "Python 3.11 or newer is wanted"
    state = State.INSTALLED if fit else State.UNFIT
    return Part("Python", state, platform.python_version(), "everything", "install Python 3.11", True, detail)


def _package(package: Package) -> Part:
    install = f"pip install '{package.name}{package.wanted}'"

    def part(state: State, version: str | None, detail: str = "") -> Part:
        return Part(package.name, state, version, package.needed_for, install, True, detail)

    try:
        version = metadata.version(package.name)
    except metadata.PackageNotFoundError:
        return part(State.MISSING, None)
    if importlib.util.find_spec(package.module) is None:
        return part(State.BROKEN, version, f"the module {package.module!r} of this package cannot be found")
    if not fits(version, package.wanted):
        return part(State.UNFIT, version, f"wanted: {package.wanted}")
    return part(State.INSTALLED, version)


def fits(version: str, wanted: str) -> bool:
    """Whether `version` meets every comma-separated `==`, `>=` or `<` in `wanted`, by the numbers of the release."""
    comparisons: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
        "==": lambda found, limit: found == limit,
        ">=": lambda found, limit: found >= limit,
        "<": lambda found, limit: found < limit,
    }
    for clause in wanted.split(","):
        match = re.fullmatch(r"(==|>=|<)([0-9.]+)", clause)
        if match is None:
            raise ValueError(f"{clause!r} is not a comparison of versions")
        if not comparisons[match[1]](_release(version), _release(match[2])):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a release, without trailing zeros: 1.0 and 1.0.0 are the same one."""
    match = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(number) for number in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _openssl() -> Part:
    needed_for = "DTLS and every thumbprint"
    install = "pip install cryptography (its wheels bring OpenSSL along)"
    try:
        from cryptography.hazmat.backends.openssl import backend

        version = backend.openssl_version_text()
    except ImportError as error:
        return Part("OpenSSL", State.BROKEN, None, needed_for, install, True, str(error))
    return Part("OpenSSL", State.INSTALLED, version.removeprefix("OpenSSL "), needed_for, install, True)


def _program(name: str, needed_for: str, pattern: str, install: str = "") -> Part:
    """A program answers `--version` with its own name, or it is not that program, or not a working one."""
    install = install or from_debian(name)

    def part(state: State, version: str | None, detail: str = "") -> Part:
        return Part(name, state, version, needed_for, install, False, detail)

    path = shutil.which(name)
    if path is None:
        return part(State.MISSING, None)
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return part(State.BROKEN, None, f"{path} --version: {error}")
    if done.returncode != 0:
        return part(State.BROKEN, None, f"{path} --version ended with {done.returncode}")
    found = re.match(pattern, done.stdout.decode(errors="replace"))
    if found is None:
        return part(State.BROKEN, None, f"{path} --version does not name a version of {name}")
    return part(State.INSTALLED, found[1].rstrip("."))


def _firefox() -> Part:
    needed_for = "pages in Firefox in calls, a stack that nobody here wrote (--endpoint PARTY=firefox)"
    part = _program("firefox-esr", needed_for, r"Mozilla Firefox ([0-9.]+)")
    without = firefox.lacking() if part.usable else ""
    return replace(part, state=State.UNFIT, detail=without) if without else part


def _gstreamer() -> Part:
    needed_for = "GStreamer's webrtcbin in calls, a stack that nobody here wrote (--endpoint PARTY=gstreamer)"
    install = from_debian(*gstreamer.PACKAGES)
    there = gstreamer.found()
    if there.software is None:
        return Part("gstreamer", State.MISSING, None, needed_for, install, False, there.why)
    return Part("gstreamer", State.INSTALLED, there.software.partition("/")[2], needed_for, install, False)


def _tied_to_us() -> Part:
    """Two programs of one package: what ends a server with us, and what keeps its memory off the disk."""
    needed_for = "coturn, rtpengine and janus, which are started only where they end with the harness"
    part = _program("setpriv", needed_for, r"setpriv from util-linux (\S+)", f"apt-get install {child.PACKAGE}")
    why = child.why_not() if part.usable else None
    return replace(part, state=State.UNFIT, detail=why) if why else part


def _turn_server() -> Part:
    """coturn says nothing but its version, and ends with whatever code it likes."""
    needed_for = "calls through a TURN server that nobody here wrote (network: turn-udp, turn-tcp)"

    def part(state: State, version: str | None, detail: str = "") -> Part:
        return Part("coturn", state, version, needed_for, from_debian(coturn.PACKAGE), False, detail)

    path = shutil.which("turnserver")
    if path is None:
        return part(State.MISSING, None)
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=_SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return part(State.BROKEN, None, f"{path} --version: {error}")
    found = re.search(r"^(\d+(?:\.\d+)+)\s*$", done.stdout.decode(errors="replace"), re.MULTILINE)
    if found is None:
        return part(State.BROKEN, None, f"{path} --version does not name a version of coturn")
    return part(State.INSTALLED, found[1])


def _media_server() -> Part:
    needed_for = "calls through a media server that nobody here wrote, as a man in the middle and as a relay"
    install = from_debian(rtpengine.PACKAGE)
    if not rtpengine.installed():
        return Part("rtpengine", State.MISSING, None, needed_for, install, False)
    found = rtpengine.version()
    if found == rtpengine.UNKNOWN:
        detail = "rtpengine --version does not name a version"
        return Part("rtpengine", State.BROKEN, None, needed_for, install, False, detail)
    return Part("rtpengine", State.INSTALLED, found, needed_for, install, False)


def _janus() -> Part:
    needed_for = (
        "ordinary calls whose media server is one that nobody here wrote, and the same one put into encrypted calls "
        "(service-janus-call, chromium-janus-pair, janus-terminates, janus-memory-terminates)"
    )
    install = from_debian(janus.PACKAGE)
    if not janus.installed():
        return Part("janus", State.MISSING, None, needed_for, install, False)
    found = janus.version()
    if found == janus.UNKNOWN:
        detail = "janus --version does not name a version"
        return Part("janus", State.BROKEN, None, needed_for, install, False, detail)
    why = janus.lacking()
    state = State.INSTALLED if why is None else State.UNFIT
    return Part("janus", state, found, needed_for, install, False, why or "")


def _namespaces() -> Part:
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


def _process_memory() -> Part:
    """A child of ours is started, and its memory read."""
    needed_for = "searching the memory of relays and media servers for keys (memory: true)"
    install = "run as root, or with CAP_SYS_PTRACE, where /proc is mounted"
    why = process_memory.why_not()
    state = State.INSTALLED if why is None else State.MISSING
    return Part("memory", state, None, needed_for, install, False, why or "")


def _packet_sockets() -> Part:
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


def _loopback() -> Part:
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
