"""What the service tells a client: answers to what it said, and what it tells on its own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ...model.base import Noun
from ...model.feature import Feature
from ...model.mode import Mode
from ..policy.effective import PolicyRule
from .words import Medium, Presence


class Frame(Noun):
    """One frame from the service."""

    def encoded(self) -> str:
        """As it is sent."""
        return self.model_dump_json(by_alias=True)


class Welcome(Frame):
    """The token is good; this is who you are."""

    type: Literal["welcome"] = "welcome"
    user: str
    display: str
    device: str


class Incoming(Frame):
    type: Literal["incoming"] = "incoming"
    call: str
    sender: str = Field(serialization_alias="from")
    display: str
    media: tuple[Medium, ...]


class IsRinging(Frame):
    type: Literal["ringing"] = "ringing"
    call: str


class Accepted(Frame):
    type: Literal["accepted"] = "accepted"
    call: str
    mode: Mode
    display: str
    device: str


class Declined(Frame):
    type: Literal["declined"] = "declined"
    call: str
    why: str


class Cancelled(Frame):
    type: Literal["cancelled"] = "cancelled"
    call: str
    why: str


class Described(Frame):
    """The other party's offer or answer."""

    type: Literal["offer", "answer"]
    call: str
    sdp: str


class CandidatesOf(Frame):
    type: Literal["candidates"] = "candidates"
    call: str
    candidates: tuple[str, ...]


class HungUp(Frame):
    type: Literal["hung-up"] = "hung-up"
    call: str
    reason: str


class Recorded(Frame):
    """The service records this call by itself, because a party is under compliance recording."""

    type: Literal["recorded"] = "recorded"
    call: str


class FeatureUsed(Frame):
    type: Literal["feature"] = "feature"
    call: str
    feature: Feature
    on: bool
    by: str
    argument: str | None


class PartyOf(Frame):
    """Somebody has come into a call, or has left one that goes on."""

    type: Literal["party"] = "party"
    call: str
    user: str
    display: str
    there: bool


class Caption(Frame):
    """What the service heard a person say, while captions are on."""

    type: Literal["caption"] = "caption"
    call: str
    user: str
    text: str


class FileOf(Frame):
    """What a chat line says of its file."""

    file: str
    name: str
    size: int


class ChatLine(Frame):
    type: Literal["chat"] = "chat"
    message: str
    sender: str = Field(serialization_alias="from")
    to: str
    text: str
    time: float
    file: FileOf | None = None


class PresenceOf(Frame):
    type: Literal["presence"] = "presence"
    user: str
    presence: Presence


class Toggled(Frame):
    type: Literal["toggle"] = "toggle"
    on: bool


class PolicyOf(Frame):
    type: Literal["policy"] = "policy"
    policy: str
    rule: PolicyRule
    because: str
    may_turn_on: bool


class Bye(Frame):
    """The service closes the connection after this."""

    type: Literal["bye"] = "bye"
    reason: str
