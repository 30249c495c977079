"""An audit of a run that is killed while Wireshark is asked: what it left goes with the next command."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from harness.network.own_folder import temporary_files
from tests.commands import ROOT, WHERE, started, until

RUN = ROOT / "captures" / "golden" / "first"
SILENT = """#!/bin/sh
[ "$1" = --version ] && exec echo 'TShark (Wireshark) 4.0.17'
exec sleep infinity
"""
COMMANDS = pytest.mark.parametrize("words", [("audit",), ("interop", "--again")])


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """Where a tshark lies that knows its version, and never answers anything else."""
    tshark = tmp_path / "bin" / "tshark"
    tshark.parent.mkdir()
    tshark.write_text(SILENT)
    tshark.chmod(0o755)
    return tshark.parent


@COMMANDS
def test_what_a_killed_audit_left_goes_with_the_next_command(
    words: tuple[str, ...], temporary: Path, silent: Path
) -> None:
    with started(*words, str(RUN), PATH=f"{silent}:{WHERE}", TMPDIR=str(temporary)) as audit:
        until(lambda: any(temporary.rglob("merged.pcapng")))
        os.killpg(audit.pid, signal.SIGKILL)
        assert audit.wait() == -signal.SIGKILL
    assert any(temporary.rglob("merged.pcapng"))

    with temporary_files():
        assert not any(temporary.rglob("merged.pcapng"))
    assert list(temporary.iterdir()) == []
