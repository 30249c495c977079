"""`harness attacks STACK`: the whole list with one word, and what cannot be tried is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import command_run
from harness.cli import main


def test_what_a_stack_cannot_be_tried_with_is_counted_and_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ends before anything is sent, and one that webrtcbin has no part for."""
    monkeypatch.setattr(command_run, "ATTACKS", ("late-mitm", "setup-role"))
    folders = ["--captures", str(tmp_path / "captures"), "--reports", str(tmp_path / "reports")]
    told = CliRunner().invoke(main, ["attacks", "gstreamer", *folders, "-o", "json=-"])
    document = json.loads(told.stdout)
    assert document["summary"]["by_status"]["NOT_RUN"] >= 1
    assert document["unmet"] and not any(one["asked"] for one in document["unmet"])
    whole = document["summary"]["executed"] > 0  # nothing of it, where GStreamer is not installed
    assert told.exit_code == (0 if whole else 5)
