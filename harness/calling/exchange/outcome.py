"""What comes of something that happened: the state afterwards, and what the shell has to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ...model.feature import Feature
from .state import Call, Exchange, Told
from .told import PresenceOf


@dataclass(frozen=True, slots=True)
class Talker:
    """A device in a call, and the sign-in name of its user."""

    session: str
    user: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A call of mode `service` is up: its media go through the service."""

    call: str
    caller: Talker
    callee: Talker


@dataclass(frozen=True, slots=True)
class Passed:
    """A description of a `service` call, which the media processor may rewrite before `to` gets it."""

    call: str
    kind: Literal["offer", "answer"]
    sdp: str
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates of a device in a `service` call."""

    call: str
    candidates: tuple[str, ...]
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A feature of a `service` call. `by` is a session; `call` as it is, also one that still rings."""

    call: Call
    feature: Feature
    on: bool
    argument: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A call of mode `service`, or one that never came up, is over."""

    call: str


@dataclass(frozen=True, slots=True)
class Written:
    """A chat line that must be kept before it is told. Names are comparable ones; `time` in seconds."""

    message: str
    sender: str
    receiver: str
    text: str
    time: float
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection of this session ends, and why."""

    session: str
    reason: str


Deed = Answered | Passed | Found | Asked | Ended | Written | Closed


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state afterwards; fields of the answer `ok`; deeds first, then what is told, both in order.

    `news` is for everybody who is connected, and can wait: of each user only the latest counts.
    """

    exchange: Exchange
    answer: dict[str, Any] = field(default_factory=dict)
    deeds: tuple[Deed, ...] = ()
    told: tuple[Told, ...] = ()
    news: tuple[PresenceOf, ...] = ()
