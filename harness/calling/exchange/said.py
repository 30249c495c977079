"""What a client says: one model a message, closed to unknown fields, bounded in every part."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from ...model.base import Noun
from ...model.feature import Feature
from ...model.keying import Keying
from ...model.leaving import Declining, Leaving
from .words import Argument, CallId, Candidates, ChatText, Media, Presence, Sdp, UserName

Number = Annotated[int, Field(ge=1, le=2**53)]
"""A frame's `id`."""


class Hello(Noun):
    """The first frame: who is there, and how this client gets the keys of ordinary calls."""

    type: Literal["hello"]
    token: str = Field(min_length=1, max_length=200)
    keying: Keying = Field(default=Keying.SDES, strict=False)


class Invite(Noun):
    """Ring every device of `to`."""

    type: Literal["invite"]
    id: Number
    to: UserName
    media: Media


class Ringing(Noun):
    """This device rings now."""

    type: Literal["ringing"]
    id: Number
    call: CallId


class Accept(Noun):
    """This device takes the call."""

    type: Literal["accept"]
    id: Number
    call: CallId


class Decline(Noun):
    """The callee does not want the call."""

    type: Literal["decline"]
    id: Number
    call: CallId
    why: Declining = Declining.DECLINED


class Cancel(Noun):
    """The caller does not want to wait any longer."""

    type: Literal["cancel"]
    id: Number
    call: CallId


class Offer(Noun):
    """A session description that asks for an answer (RFC 3264)."""

    type: Literal["offer"]
    id: Number
    call: CallId
    sdp: Sdp


class Answer(Noun):
    """The session description that answers the open offer."""

    type: Literal["answer"]
    id: Number
    call: CallId
    sdp: Sdp


class CandidatesFound(Noun):
    """ICE candidates that were found after the description was sent (RFC 8838)."""

    type: Literal["candidates"]
    id: Number
    call: CallId
    candidates: Candidates


class HangUp(Noun):
    """A call that was accepted is over."""

    type: Literal["hang-up"]
    id: Number
    call: CallId
    reason: Leaving = Leaving.USER


class UseFeature(Noun):
    """Turn something on or off in a call."""

    type: Literal["feature"]
    id: Number
    call: CallId
    feature: Feature
    on: bool
    argument: Argument | None = None


class Chat(Noun):
    """A line of text to a person."""

    type: Literal["chat"]
    id: Number
    to: UserName
    text: ChatText


class BePresent(Noun):
    """What the directory shall say of this user."""

    type: Literal["presence"]
    id: Number
    presence: Literal[Presence.AVAILABLE, Presence.BUSY, Presence.AWAY]


OfCall = Ringing | Accept | Decline | Cancel | Offer | Answer | CandidatesFound | HangUp | UseFeature
Said = Annotated[Invite | OfCall | Chat | BePresent, Field(discriminator="type")]
SAID: Final[TypeAdapter[Said]] = TypeAdapter(Said)
