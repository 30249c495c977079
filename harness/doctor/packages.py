"""Python, its packages, and the versions of them that will do."""

from __future__ import annotations

import importlib.util
import platform
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Final

from .part import Part, State


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


def python_part() -> Part:
    fit = sys.version_info >= (3, 11)
    detail = "" if fit else "Python 3.11 or newer is wanted"
    state = State.INSTALLED if fit else State.UNFIT
    return Part("Python", state, platform.python_version(), "everything", "install Python 3.11", True, detail)


def package_part(package: Package) -> Part:
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


def openssl_part() -> Part:
    needed_for = "DTLS and every thumbprint"
    install = "pip install cryptography (its wheels bring OpenSSL along)"
    try:
        from cryptography.hazmat.backends.openssl import backend

        version = backend.openssl_version_text()
    except ImportError as error:
        return Part("OpenSSL", State.BROKEN, None, needed_for, install, True, str(error))
    return Part("OpenSSL", State.INSTALLED, version.removeprefix("OpenSSL "), needed_for, install, True)
