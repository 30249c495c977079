"""What a search takes for a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.endpoints import EndpointKind, Endpoints
from harness.search.calls import NotMade, RealCalls
from harness.search.plan import Plan, Shape


def test_what_was_not_run_is_no_call_and_ends_the_searcher(tmp_path: Path) -> None:
    """Whether Firefox is here or not: it makes no ordinary calls."""
    made = RealCalls(Endpoints(bob=EndpointKind.FIREFOX), tmp_path)
    with pytest.raises(NotMade, match="bob is a page in Firefox"):
        made.call(Plan(Shape.ORDINARY))
