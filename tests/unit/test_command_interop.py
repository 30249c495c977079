"""How the calls of a matrix are made, when nobody says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import command_interop
from harness.command_interop import interop_command
from harness.interop import JOBS
from harness.runner import DEFAULT_JOBS

CHOSEN: dict[str, Any] = {
    "root": None,
    "captures": Path("captures"),
    "timeout": None,
    "seed": None,
    "without": (),
    "policy": None,
}


@pytest.mark.parametrize(("said", "jobs"), [(None, JOBS), (9, 9)])
def test_fewer_calls_overlap_than_in_other_runs(said: int | None, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(command_interop, "carry_out", lambda _, options, *__: made.append(options.jobs))
    interop_command((), (None, "loopback"), Path("reports"), (), CHOSEN | {"jobs": said})
    assert made == [jobs]
    assert JOBS < DEFAULT_JOBS
