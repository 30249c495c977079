"""What one side of one call shows of itself, and another call might show again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True)
class SideTraces:
    """One side of one call; what was not seen is None or empty.

    `call` names the call, the same name in every capture of it: only what *different* calls have in common is told.
    `side` names who, for people ("alice.pcapng, client"). `certificate` is DER, `random` that of the side's hello.
    `sequences`: the first sequence number of each stream that the capture has from its beginning. `addresses` as
    "192.0.2.1:5000". `near`: the side is the one that was captured next to.
    """

    call: str
    side: str
    certificate: bytes | None = None
    random: bytes | None = None
    ufrag: str | None = None
    password: str | None = field(default=None, repr=False)
    ssrcs: tuple[int, ...] = ()
    sequences: tuple[int, ...] = ()
    cnames: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    near: bool = True


def shared(
    traces: Sequence[SideTraces], of: Callable[[SideTraces], Iterable[Value]]
) -> dict[Value, tuple[SideTraces, ...]]:
    """The values that several calls have in common, each with the first side that showed it in each of those calls."""
    seen: dict[Value, dict[str, SideTraces]] = {}
    for one in traces:
        for value in of(one):
            seen.setdefault(value, {}).setdefault(one.call, one)
    return {value: tuple(calls.values()) for value, calls in seen.items() if len(calls) > 1}


def maybe(value: Value | None) -> tuple[Value, ...]:
    """The value, if there is one."""
    return () if value is None else (value,)


def named(sides: Sequence[SideTraces], shown: int = 4) -> str:
    """A few sides by name, and how many there are beyond."""
    names = ", ".join(one.side for one in sides[:shown])
    return names if len(sides) <= shown else f"{names} and {len(sides) - shown} more"
