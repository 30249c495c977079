"""A connectivity check of ICE: what it says, and how often it was said and answered (RFC 8445 section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...wire import stun

MAX_USERNAME: Final = 513
"""Bytes (RFC 8489 section 14.3)."""

_ROLE_CONFLICT: Final = 487


@dataclass(frozen=True, slots=True)
class Check:
    """All requests of one side that say the same. `controlling` is the role it claims, None when it claims none.

    `refused`: answered with 487, a role conflict; `failed`: with another error. `first`, `last`: frames of requests;
    `answered_first`: of the first request that was answered with success, 0 without one.
    """

    from_near: bool
    username: str
    controlling: bool | None
    tie_breaker: int | None
    nominates: bool
    requests: int = 0
    answered: int = 0
    refused: int = 0
    failed: int = 0
    first: int = 0
    last: int = 0
    answered_first: int = 0

    @property
    def unanswered(self) -> int:
        return self.requests - self.answered - self.refused - self.failed


def read_check(payload: bytes, near: bool) -> Check:
    """What a check says, without counts; ValueError when it is malformed."""
    message = stun.parse(payload)
    username, controlling, controlled = message.username or "", message.ice_controlling, message.ice_controlled
    if len(username) > MAX_USERNAME:
        raise ValueError(f"the USERNAME has {len(username)} characters")
    if controlling is not None and controlled is not None:
        raise ValueError("a check claims both roles")
    tie_breaker = controlled if controlling is None else controlling
    return Check(
        from_near=near,
        username=username,
        controlling=None if tie_breaker is None else controlling is not None,
        tie_breaker=tie_breaker,
        nominates=message.use_candidate,
    )


def is_role_conflict(payload: bytes) -> bool:
    """Whether an error response says 487 (RFC 8445 section 7.3.1.1)."""
    try:
        return stun.parse(payload).error_code == _ROLE_CONFLICT
    except ValueError:
        return False
