"""Master keys that somebody holds: one for each direction, and never those of another call (RFC 3711 section 9.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...model.finding import Finding, Reason
from ...model.voice import Voice
from .findings import NAME

_say = Voice(NAME)


@dataclass(frozen=True)
class KeyPair:
    """Master key and salt of each direction, as SDES or DTLS gave them to one association of one call."""

    vantage: str
    call: str
    one_way: bytes = field(repr=False)
    other_way: bytes = field(repr=False)


def key_findings(pairs: Sequence[KeyPair]) -> tuple[Finding, ...]:
    """Keys that serve both directions, and keys that serve two calls."""
    return (*_both_ways(pairs), *_two_calls(pairs))


def _both_ways(pairs: Sequence[KeyPair]) -> Iterator[Finding]:
    for pair in pairs:
        if pair.one_way == pair.other_way:
            detail = "both directions were given the same master key and salt"
            yield _say.alarm(Reason.KEY_IN_BOTH_DIRECTIONS, pair.vantage, detail)


def _two_calls(pairs: Sequence[KeyPair]) -> Iterator[Finding]:
    users: dict[bytes, KeyPair] = {}
    for pair in pairs:
        for key in {pair.one_way, pair.other_way}:
            before = users.setdefault(key, pair)
            if before.call != pair.call:
                detail = f"a master key and salt of this call was that of another call as well, at {before.vantage}"
                yield _say.alarm(Reason.RANDOM_PREDICTABLE, pair.vantage, detail)
