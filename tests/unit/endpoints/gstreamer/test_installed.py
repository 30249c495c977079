"""Whether webrtcbin can be had: the program is asked, and what it says instead of a name is the reason."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.endpoints.gstreamer import installed


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    installed.found.cache_clear()
    yield
    installed.found.cache_clear()


def python(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts a program of the given shell script in the place of the system's Python."""
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(installed, "PYTHON", str(program))
    monkeypatch.setattr(installed, "COMMAND", (str(program),))


@pytest.mark.parametrize(
    ("script", "software", "why"),
    [
        ("""echo '{"id": 1, "ok": true, "result": {"software": "webrtcbin/9"}}'""", "webrtcbin/9", ""),
        (
            """echo '{"id": 1, "ok": false, "reason": "x", "detail": "GStreamer has no nicesink"}'""",
            None,
            "GStreamer has no nicesink",
        ),
        ("echo 'No module named gi' >&2; exit 1", None, "No module named gi"),
        ("exit 3", None, "the program ended with 3"),
    ],
)
def test_what_the_program_says_is_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, software: str | None, why: str
) -> None:
    python(tmp_path, monkeypatch, script)
    assert installed.found() == installed.Found(software, why)


def test_without_a_python_of_the_system_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "PYTHON", "/nowhere/python3")
    assert installed.found() == installed.Found(None, "there is no /nowhere/python3")
