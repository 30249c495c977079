"""Make the environment: a virtual one with the locked packages, and programs from the system when that is possible.

Needs nothing but Python's standard library. A second call finds its stamp and changes nothing. Usage:
`python3 bootstrap.py run|test|fuzz`, or `system` for the system's packages alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCKS = {
    "run": ROOT / "requirements.lock",
    "test": ROOT / "requirements-test.lock",
    "fuzz": ROOT / "requirements-fuzz.lock",
}
GSTREAMER = "python3-gi gir1.2-gst-plugins-bad-1.0 gir1.2-nice-0.1 gstreamer1.0-nice gstreamer1.0-plugins-base \
gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
SYSTEM = "system"


class Provided(NamedTuple):
    """What the system's packages provide, and what goes without it. `asked` ends with 0 when it is there."""

    name: str
    packages: str
    what: str
    asked: list[str]

    def there(self) -> bool:
        return shutil.which(self.asked[0]) is not None and (
            len(self.asked) == 1 or quiet(self.asked, {**os.environ, "PYTHONPATH": str(ROOT)})
        )


RUN = [
    Provided("tshark", "tshark", "Wireshark's second opinion", ["tshark"]),
    Provided("chromium", "chromium", "a real browser in calls", ["chromium"]),
]
"""What a run of the catalogue is poorer without."""
STRANGERS = [
    Provided("coturn", "coturn", "calls through a TURN server that nobody here wrote", ["turnserver"]),
    Provided("firefox", "firefox-esr", "pages in Firefox in calls", ["firefox-esr"]),
    Provided("rtpengine", "rtpengine-daemon", "a media server that nobody here wrote", ["rtpengine"]),
    Provided("janus", "janus", "a WebRTC server that nobody here wrote", ["janus"]),
    Provided("gstreamer", GSTREAMER, "webrtcbin in calls", ["/usr/bin/python3", "-m", "harness.endpoints.gstreamer"]),
]
"""Other stacks in calls, which the tests want to have seen."""
NODE_EXAMPLE = ROOT / "examples" / "node"
FAILED = 3


def main(profile: str) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - runs before anything checked the version
        stop(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}")
    if profile != SYSTEM:
        install_packages(profile)
    for one in RUN if profile == "run" else RUN + STRANGERS:
        if not one.there() and not install_system_package(*one.packages.split()):
            say(f"{one.name} is missing, and with it {one.what}. To have it: apt-get install {one.packages}")
    if profile in ("test", "fuzz"):
        install_example()


def install_packages(profile: str) -> None:
    """Install exactly what the lock names, unless that was done before."""
    lock = LOCKS[profile]
    stamp = ENVIRONMENT / f".installed-{profile}"
    digest = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    if not PYTHON.exists():
        make_environment()
    say(f"installing the packages of {lock.name}")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    call([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)], "the packages could not be installed")
    # The build backend is in the lock too: nothing unpinned is fetched to build our own package.
    call([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], "our own package could not be installed")
    stamp.write_text(digest)


def install_example() -> None:
    """What the example in JavaScript stands on, as its own lock names it. Without it that example is not tested."""
    stamp, digest = NODE_EXAMPLE / "node_modules" / ".installed", _digest(NODE_EXAMPLE / "package-lock.json")
    if stamp.exists() and stamp.read_text() == digest:
        return
    npm = shutil.which("npm")
    if npm is None:
        say("npm is missing, and with it the example in JavaScript. To have it: apt-get install nodejs npm")
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(NODE_EXAMPLE)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0:
        stamp.write_text(digest)
    else:
        say("the packages of the example in JavaScript could not be installed, so it is not tested")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_environment() -> None:
    """`python3 -m venv`; Debian keeps the part that it needs (ensurepip) in a package of its own."""
    command = [sys.executable, "-m", "venv", str(ENVIRONMENT)]
    if subprocess.run(command, capture_output=True).returncode == 0:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not install_system_package(package):
        stop(f"this Python cannot make a virtual environment; install it: apt-get install {package}")
    call(command, "the virtual environment could not be made")


def install_system_package(*names: str) -> bool:
    """True when the system's package manager installed them. Never asks for a password."""
    if shutil.which("apt-get") is None:
        return False
    prefix = () if os.geteuid() == 0 else ("sudo", "--non-interactive")
    if prefix and shutil.which("sudo") is None:
        return False
    say(f"installing {' '.join(names)} from the system's packages")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [*prefix, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *names]
    bring_lists_up_to_date(prefix)
    return quiet(install, environment)


@cache
def bring_lists_up_to_date(prefix: tuple[str, ...]) -> None:
    """Old lists name old packages: a browser without its security fixes, and not the version that others tried."""
    quiet([*prefix, "apt-get", "update", "--quiet"], dict(os.environ))


def quiet(command: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def call(command: list[str], otherwise: str) -> None:
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
        stop(otherwise)


def say(text: str) -> None:
    print(f"bootstrap: {text}", file=sys.stderr, flush=True)


def stop(text: str) -> None:
    say(text)
    sys.exit(FAILED)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in (*LOCKS, SYSTEM):
        stop(f"usage: python3 bootstrap.py {'|'.join((*LOCKS, SYSTEM))}")
    main(sys.argv[1])
