"""Whether there is a webrtcbin on this machine. Knows nothing of GStreamer, and asks the program that does."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PYTHON: Final = "/usr/bin/python3"
"""The system's: GStreamer's bindings come with it, and not from a package index."""

COMMAND: Final = (PYTHON, "-P", "-m", "harness.endpoints.gstreamer.client")

PACKAGES: Final = (
    "python3-gi",
    "gir1.2-gst-plugins-bad-1.0",
    "gir1.2-nice-0.1",
    "gstreamer1.0-nice",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-bad",
)
"""What brings it on Debian."""

_ROOT: Final = Path(__file__).resolve().parents[3]
_SECONDS: Final = 20.0
_HELLO: Final = b'{"id": 1, "op": "hello", "arguments": {}}\n'


@dataclass(frozen=True)
class Found:
    """`software` as the program names itself; without one, `why` is a sentence about what is wrong."""

    software: str | None
    why: str = ""


@cache
def found() -> Found:
    """Ask the program who it is. Once in a process: it takes a third of a second."""
    if not Path(PYTHON).exists():
        return Found(None, f"there is no {PYTHON}")
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(
            COMMAND, input=_HELLO, capture_output=True, timeout=_SECONDS, env=environment, check=False
        )
        said = json.loads(done.stdout)
        return Found(said["result"]["software"]) if said["ok"] else Found(None, str(said["detail"]))
    except (OSError, subprocess.TimeoutExpired) as error:
        return Found(None, f"{PYTHON}: {error}")
    except (ValueError, KeyError):
        words = done.stderr.decode(errors="replace").strip().splitlines()
        return Found(None, words[-1][:200] if words else f"the program ended with {done.returncode}")
