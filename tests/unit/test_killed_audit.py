"""An audit of a run that is killed while Wireshark is asked: what it left goes with the next command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.network.own_folder import temporary_files

ROOT = Path(__file__).parent.parent.parent
RUN = ROOT / "captures" / "golden" / "first"
SECONDS = 60.0
SILENT = """#!/bin/sh
[ "$1" = --version ] && exec echo 'TShark (Wireshark) 4.0.17'
exec sleep infinity
"""
COMMANDS = pytest.mark.parametrize("words", [("audit",), ("interop", "--again")])


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def asking(tmp_path: Path, temporary: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts the harness with a tshark that knows its version, and never answers anything else."""
    tshark = tmp_path / "bin" / "tshark"
    tshark.parent.mkdir()
    tshark.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec echo 'TShark (Wireshark) 4.0.17'\nexec sleep infinity\n"
    )
    tshark.chmod(0o755)
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "harness.cli", *words],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={"PYTHONPATH": str(ROOT), "PATH": f"{tshark.parent}:/usr/bin:/bin", "TMPDIR": str(temporary)},
            )
        )
        return started[-1]

    yield start
    for one in started:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()


@COMMANDS
def test_what_a_killed_audit_left_goes_with_the_next_command(
    words: tuple[str, ...], temporary: Path, asking: Callable[..., subprocess.Popen[bytes]]
) -> None:
    audit = asking(*words, str(RUN))
    until(lambda: any(temporary.rglob("merged.pcapng")))
    os.killpg(audit.pid, signal.SIGKILL)
    assert audit.wait() == -signal.SIGKILL
    assert any(temporary.rglob("merged.pcapng"))

    with temporary_files():
        assert not any(temporary.rglob("merged.pcapng"))
    assert list(temporary.iterdir()) == []
