"""What comes of something that happened: the state afterwards, and what the shell has to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ...model.feature import Feature
from ...model.keying import Keying
from ...model.tenant import FIRST
from .state import Exchange, Told
from .told import PresenceOf


@dataclass(frozen=True, slots=True)
class Talker:
    """A device in a call, the sign-in name of its user, and how its client gets the keys."""

    session: str
    user: str
    keying: Keying = Keying.SDES


@dataclass(frozen=True, slots=True)
class Answered:
    """A call of mode `service` is up: its media go through the service. Without a callee, to its voicemail.

    `recorded`: a party is under compliance recording, so that the service records by itself from the start. `tenants`
    are the domains of the two, to whom belongs what is recorded.
    """

    call: str
    caller: Talker
    callee: Talker | None
    recorded: bool = False
    tenants: tuple[str, ...] = (FIRST,)


@dataclass(frozen=True, slots=True)
class Passed:
    """A description of a `service` call, which the media processor may rewrite before `to` gets it."""

    call: str
    kind: Literal["offer", "answer"]
    sdp: str
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer in a call that is not between two: the service itself answers it."""

    call: str
    sdp: str
    sender: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """A guest has accepted, and is to be offered the call. `recorded` as in `Answered`."""

    call: str
    leg: str
    session: str
    recorded: bool = False
    keying: Keying = Keying.SDES


@dataclass(frozen=True, slots=True)
class Joined:
    """The guest's answer to that offer."""

    call: str
    leg: str
    sdp: str


@dataclass(frozen=True, slots=True)
class Left:
    """A party has left a call that goes on. `leg` names a guest who never came in."""

    call: str
    session: str | None = None
    leg: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates of a device in a `service` call."""

    call: str
    candidates: tuple[str, ...]
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A feature of a `service` call. `by` is a session; `leg` names the guest whom it takes, if any."""

    call: str
    feature: Feature
    on: bool
    by: str
    leg: str | None = None


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


MediaDeed = Answered | Passed | Offered | Found | Asked | Admitted | Joined | Left | Ended
"""What is the media processor's to do."""
Deed = MediaDeed | Written | Closed


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
