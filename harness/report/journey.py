"""One signalling message on its way over the hops, put together from what each hop wrote down for itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..model.base import Party
from ..model.recording import SignalEntry, SignalKind

Hop = Literal["alice", "service", "bob"]
Stop = tuple[Hop, Literal["in", "out"]]


@dataclass(frozen=True)
class Change:
    """Lines of an SDP that only the earlier (`removed`) or only the later (`added`) of two bodies has."""

    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True)
class Leg:
    """From one hop to the next. `left` is None when nobody is known to have sent it, `arrived` when it never came.

    `change`: what became of the body since the hop before `start` had it; None when nothing did.
    """

    kind: SignalKind
    start: Hop
    end: Hop
    left: SignalEntry | None
    arrived: SignalEntry | None
    change: Change | None

    @property
    def time(self) -> float:
        known = self.left or self.arrived
        return known.time if known is not None else 0.0


@dataclass(frozen=True)
class Journey:
    """A message from its sender to the other party: one leg per hop. `swallowed`: it came in and never went out."""

    kind: SignalKind
    sender: Party
    legs: tuple[Leg, ...]
    swallowed: bool


def journeys(entries: Iterable[SignalEntry]) -> tuple[Journey, ...]:
    """Group the entries of all hops by message, in order of time.

    The n-th offer that Alice sent is the n-th offer that came in at the service: entries hold no message numbers. What
    the service answers to the sender of a message is a journey of its own.
    """
    stops: dict[tuple[SignalKind, Party, bool], dict[Stop, list[SignalEntry]]] = defaultdict(lambda: defaultdict(list))
    ordered = sorted(entries, key=lambda entry: entry.time)
    for entry in ordered:
        answered = entry.to is not None
        stops[entry.message.kind, entry.message.sender, answered][entry.hop, entry.direction].append(entry)
    with_service = any(entry.hop == "service" for entry in ordered)
    found = [
        _answer(kind, sender, one) if answered else _journey(kind, sender, one, with_service)
        for (kind, sender, answered), at in stops.items()
        for number in range(max(len(seen) for seen in at.values()))
        for one in ({stop: seen[number] for stop, seen in at.items() if number < len(seen)},)
    ]
    return tuple(sorted(found, key=lambda journey: journey.legs[0].time))


def change(before: SignalEntry | None, after: SignalEntry | None) -> Change | None:
    """The lines in which two bodies differ, counting repeated lines; None when equal or when one is not known."""
    if before is None or after is None or before.message.body == after.message.body:
        return None
    old, new = (entry.message.body.splitlines() for entry in (before, after))
    return Change(_surplus(old, new), _surplus(new, old))


def _journey(kind: SignalKind, sender: Party, at: dict[Stop, SignalEntry], with_service: bool) -> Journey:
    here: Hop = sender.value
    there: Hop = sender.peer.value
    sent, received = at.get((here, "out")), at.get((there, "in"))
    if not with_service:
        return Journey(kind, sender, (Leg(kind, here, there, sent, received, change(sent, received)),), False)
    taken, given = at.get(("service", "in")), at.get(("service", "out"))
    first = Leg(kind, here, "service", sent, taken, change(sent, taken))
    if given is None and received is None:
        return Journey(kind, sender, (first,), taken is not None)
    if sent is None and taken is None:
        return Journey(kind, sender, (Leg(kind, "service", there, None, received or given, None),), False)
    decided = None if kind is SignalKind.ACCEPT else change(taken, given)  # the mode is the service's to say
    second = Leg(kind, "service", there, given, received, decided or change(given, received))
    return Journey(kind, sender, (first, second), False)


def _answer(kind: SignalKind, sender: Party, at: dict[Stop, SignalEntry]) -> Journey:
    """What the service tells the sender itself."""
    given, received = at.get(("service", "out")), at.get((sender.value, "in"))
    leg = Leg(kind, "service", sender.value, given, received, change(given, received))
    return Journey(kind, sender, (leg,), False)


def _surplus(lines: list[str], others: list[str]) -> tuple[str, ...]:
    """Lines that occur more often than in `others`, in their order."""
    spare = Counter(others)
    found: list[str] = []
    for line in lines:
        if spare[line]:
            spare[line] -= 1
        else:
            found.append(line)
    return tuple(found)
