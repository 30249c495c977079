"""Progress: one live line on a terminal, one line per ended scenario elsewhere."""

from __future__ import annotations

import io

import pytest

from harness.model.verdict import Status
from harness.report.progress import Progress

from .sample import result
from .test_console import Terminal

CLEAR = "\r\x1b[2K"


def screen(stream: io.StringIO) -> list[str]:
    """What a person sees: a line is cleared by CLEAR and fixed by a line break."""
    return [line.split(CLEAR)[-1] for line in stream.getvalue().split("\n")]


def test_without_a_terminal_only_ended_scenarios_are_told() -> None:
    stream = io.StringIO()
    with Progress(stream, 2, {}) as progress:
        progress.started("a")
        progress.ended(result("a", seconds=1.25))
        progress.started("b")
        progress.ended(result("b", status=Status.ERROR, because="no socket", seconds=0.1))
    assert stream.getvalue().splitlines() == [
        "[1/2] AS_EXPECTED a (1.2 s)",
        "[2/2] ERROR b (0.1 s): no socket",
    ]


def test_on_a_terminal_one_line_lives_and_says_what_runs() -> None:
    stream = Terminal()
    with Progress(stream, 3, {}) as progress:
        progress.started("a")
        progress.started("b")
        assert screen(stream) == ["[0/3] · a, b"]
        progress.ended(result("a"))
        assert screen(stream) == ["[1/3] · b"]
    assert screen(stream) == [""]


def test_what_is_not_green_stays_on_the_screen() -> None:
    stream = Terminal()
    with Progress(stream, 2, {}) as progress:
        progress.started("a")
        progress.ended(result("a", status=Status.UNEXPECTED, because="BREACH where SECURE was expected", seconds=2))
        assert screen(stream)[-1] == "[1/2] · 1 UNEXPECTED"
    assert screen(stream) == ["[1/2] UNEXPECTED a (2.0 s): BREACH where SECURE was expected", ""]


def test_the_live_line_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    Progress(stream, 1, {}).started("x" * 100)
    assert len(screen(stream)[-1]) == 39


def test_the_live_line_is_removed_when_the_run_breaks() -> None:
    stream = Terminal()
    with pytest.raises(RuntimeError), Progress(stream, 1, {}) as progress:
        progress.started("a")
        raise RuntimeError
    assert screen(stream) == [""]


def test_a_dumb_terminal_gets_lines_without_escapes() -> None:
    stream = Terminal()
    with Progress(stream, 1, {"TERM": "dumb"}) as progress:
        progress.started("a")
        progress.ended(result("a"))
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_names_of_strangers_move_no_cursor() -> None:
    stream = Terminal()
    Progress(stream, 1, {}).started("a\x1b[1A")
    assert screen(stream) == ["[0/1] · a<U+001B>[1A"]
