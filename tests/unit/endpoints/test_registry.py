"""Every kind of endpoint that a scenario can name exists."""

from __future__ import annotations

from harness.endpoints.registry import ENDPOINTS
from harness.model.endpoints import EndpointKind


def test_no_kind_is_missing_and_no_two_are_the_same() -> None:
    assert set(ENDPOINTS) == set(EndpointKind)
    assert len(set(ENDPOINTS.values())) == len(EndpointKind)
