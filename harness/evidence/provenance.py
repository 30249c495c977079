"""With what a recording was made: versions of everything that could change the answer."""

from __future__ import annotations

import functools
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

from .. import __version__

_PACKAGES = ("aiortc", "aioice", "av", "cryptography", "pylibsrtp", "pyopenssl", "pyshark", "scapy", "numpy")
_ROOT = Path(__file__).resolve().parent.parent.parent


@functools.cache
def provenance() -> dict[str, str]:
    """Names and versions, plus the commit and whether the tree had uncommitted changes. Cached: one run, one answer."""
    from OpenSSL import SSL

    found = {
        "harness": __version__,
        "python": platform.python_version(),
        "kernel": f"{platform.system()} {platform.release()}",
        "openssl": SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode(),
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "tshark": _first_line("tshark", "--version") or "not installed",
        "coturn": _first_line("turnserver", "--version") or "not installed",
    }
    found |= {name: metadata.version(name) for name in _PACKAGES}
    changes = _git("status", "--porcelain")
    found["dirty"] = "unknown" if changes is None else str(bool(changes)).lower()
    return found


def _git(*arguments: str) -> str | None:
    if not (_ROOT / ".git").exists():
        return None
    return _output("git", "-C", str(_ROOT), *arguments)


def _first_line(*command: str) -> str | None:
    text = _output(*command)
    return text.splitlines()[0] if text else None


def _output(program: str, *arguments: str) -> str | None:
    """What a program prints, or None when it is missing, fails or does not end in time."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, *arguments], capture_output=True, text=True, timeout=20, check=True, stdin=subprocess.DEVNULL
        )
    except (subprocess.SubprocessError, OSError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
