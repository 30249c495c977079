"""What a searcher says before it makes a call: which kinds of calls it will not make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.model.endpoints import EndpointKind, Endpoints
from harness.search.ledger import Ledger
from harness.search.worker import work

STACK = Endpoints(bob=EndpointKind.FIREFOX)


def said(endpoints: Endpoints, folder: Path) -> list[dict[str, Any]]:
    """By a searcher without time for a call."""
    lines: list[dict[str, Any]] = []
    asked = {
        "endpoints": endpoints.model_dump(mode="json"),
        "service": "reference",
        "network": 1,
        "bounds": {"seconds": 0.0, "calls": 0, "moves": 1, "seed": "seed", "searcher": 0},
        **{name: str(folder / name) for name in ("workshop", "captures", "out")},
    }
    work(asked, lines.append)
    return lines


def test_what_bare_pages_cannot_make_is_said_and_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.endpoints.chromium.installed.program", lambda: "a browser")
    pages = Endpoints(alice=EndpointKind.CHROMIUM_RAW, bob=EndpointKind.CHROMIUM_RAW)
    ledger = Ledger("seed", pages, 1)
    assert [ledger.hear(line) for line in said(pages, tmp_path)] == [False, True]
    (untried,) = ledger.document().untried
    assert untried.why == "alice is a bare page, which makes no ordinary calls of the service"


def test_a_stack_without_chat_is_told_before_any_call(tmp_path: Path) -> None:
    ledger = Ledger("seed", STACK, 1)
    assert ledger.hear(said(STACK, tmp_path)[0]) is False
    (untried,) = ledger.document().untried
    assert untried.plan == "a call in which people write"


def test_who_can_make_every_kind_of_call_says_nothing_of_it(tmp_path: Path) -> None:
    assert said(Endpoints(), tmp_path) == [{"ended": True}]
