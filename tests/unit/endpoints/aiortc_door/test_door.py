"""Whoever opens the door hears nothing from the libraries behind it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("library", ["aiortc.rtcdtlstransport", "aioice.ice"])
def test_the_libraries_warnings_do_not_reach_the_terminal(library: str) -> None:
    script = f"import logging, harness.endpoints.registry; logging.getLogger({library!r}).warning('a traceback')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
