"""A call as a ladder diagram: Alice on the left, what is between in the middle, Bob on the right, time downwards.

Only places and words are decided here; the template draws them. Lengths are in units of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..model.base import Party
from ..model.packet_flow import PacketFlow
from .call_view import CallView
from .journey import Journey, Leg, journeys
from .text import short

WIDTH: Final = 420
COLUMNS: Final = {"alice": 36, "service": 210, "bob": 384}
TOP: Final = 94
PITCH: Final = 44
MAX_ROWS: Final = 40
LABEL_LIMIT: Final = 24


class Tone(StrEnum):
    """What is remarkable about an arrow; each also has words."""

    PLAIN = "plain"
    ALTERED = "altered"
    LOST = "lost"
    FORGED = "forged"


@dataclass(frozen=True)
class Arrow:
    """A message over one leg, from `start` to `end` (x) at height `y`. A lost one ends in a cross half way."""

    y: int
    start: int
    end: int
    label: str
    note: str
    tone: Tone

    @property
    def middle(self) -> int:
        return (self.start + self.end) // 2

    @property
    def words(self) -> str:
        names = {x: name for name, x in COLUMNS.items()}
        return f"{names[self.start]} to {names[self.end]}: {self.label}{', ' if self.note else ''}{self.note}"


@dataclass(frozen=True)
class Band:
    """Packets of one class, in both directions and on both legs. `direct`: nothing stood on the path.

    The labels count the packets towards Bob and towards Alice, as the party of that side saw them; empty when there
    was no vantage on that side.
    """

    y: int
    klass: str
    left: str
    right: str
    direct: bool

    @property
    def width(self) -> int:
        """Of the box around the name."""
        return max(84, 9 * len(self.klass) + 20)

    @property
    def words(self) -> str:
        sides = (f"{name}'s side {label}" for name, label in (("alice", self.left), ("bob", self.right)) if label)
        return f"{self.klass} packets{', direct' if self.direct else ''}: {'; '.join(sides)}"


@dataclass(frozen=True)
class Ladder:
    """The drawing. `middle` names what is between the parties, `note` what it does to the call."""

    height: int
    middle: str
    note: str
    alarming: bool
    arrows: tuple[Arrow, ...]
    bands: tuple[Band, ...]
    left_out: int

    @property
    def words(self) -> str:
        """The whole drawing in sentences, top to bottom, for whoever cannot see it."""
        steps: list[Arrow | Band] = sorted((*self.arrows, *self.bands), key=lambda step: step.y)
        return ". ".join(step.words for step in steps)


def ladder(view: CallView) -> Ladder | None:
    """Lay out a call; None when neither a message nor a packet of it is known."""
    steps: list[tuple[float, Leg | Journey | tuple[PacketFlow, ...]]] = []
    for journey in journeys(view.signalling):
        steps += [(leg.time, leg) for leg in journey.legs]
        if journey.swallowed:
            steps.append((journey.legs[-1].time, journey))
    steps += [(_first(flows), flows) for flows in _by_class(view.result.flows)]
    if not steps:
        return None
    steps.sort(key=lambda step: step[0])
    began, shown = steps[0][0], steps[:MAX_ROWS]
    drawn = [_draw(step, TOP + row * PITCH, began) for row, (_time, step) in enumerate(shown)]
    relayed = any(flow.vantage.endswith("-relay") for flow in view.result.flows)
    return Ladder(
        height=TOP + len(shown) * PITCH,
        middle="Service and relay" if relayed else "Service",
        note=_middle_note(view),
        alarming=view.result.intercepted,
        arrows=tuple(step for step in drawn if isinstance(step, Arrow)),
        bands=tuple(step for step in drawn if isinstance(step, Band)),
        left_out=len(steps) - len(shown),
    )


def _middle_note(view: CallView) -> str:
    name = short(view.adversary, LABEL_LIMIT) if view.adversary is not None else ""
    if view.result.intercepted:
        return f"{name}: has the media" if name else "has the media"
    return name


def _first(flows: Sequence[PacketFlow]) -> float:
    """Flows of unknown time come last."""
    return min((flow.first for flow in flows if flow.first is not None), default=float("inf"))


def _by_class(flows: Iterable[PacketFlow]) -> list[tuple[PacketFlow, ...]]:
    found: dict[str, list[PacketFlow]] = {}
    for flow in flows:
        found.setdefault(flow.klass, []).append(flow)
    return [tuple(same) for same in found.values()]


def _draw(step: Leg | Journey | tuple[PacketFlow, ...], y: int, began: float) -> Arrow | Band:
    if isinstance(step, Leg):
        return _arrow(step, y, began)
    if isinstance(step, Journey):
        start, end = COLUMNS["service"], COLUMNS[step.sender.peer.value]
        return Arrow(y, start, end, step.kind, "never sent on", Tone.LOST)
    return _band(step, y)


def _arrow(leg: Leg, y: int, began: float) -> Arrow:
    after = f"+{(leg.time - began) * 1000:.0f} ms"
    tone, note = Tone.PLAIN, after
    if leg.arrived is None:
        tone, note = Tone.LOST, f"{after}, never arrived"
    elif leg.left is None:
        tone, note = Tone.FORGED, f"{after}, never sent"
    elif leg.change is not None:
        tone, note = Tone.ALTERED, f"{after}, altered"
    return Arrow(y, COLUMNS[leg.start], COLUMNS[leg.end], leg.kind, note, tone)


def _band(flows: tuple[PacketFlow, ...], y: int) -> Band:
    labels = {Party.ALICE: "", Party.BOB: ""}
    for party in Party:
        mine = [flow for flow in flows if flow.party is party]
        if mine:
            sent, received = sum(flow.sent for flow in mine), sum(flow.received for flow in mine)
            to_bob, to_alice = (sent, received) if party is Party.ALICE else (received, sent)
            labels[party] = f"→ {to_bob}, ← {to_alice}"
    direct = all(flow.vantage.endswith(f"-{flow.party.peer}") for flow in flows)
    return Band(y, short(flows[0].klass, LABEL_LIMIT // 2), labels[Party.ALICE], labels[Party.BOB], direct)
