"""What is called for: mode, media, how long, and what the two people do meanwhile."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .base import Asset, Noun, Party, Role
from .feature import FeatureRequest
from .mode import Mode


class AudioKind(StrEnum):
    """What the audio sounds like: a steady chord, or the chord as loud and as silent as somebody who speaks."""

    CHORD = "chord"
    SPEECH = "speech"


class AskedFeature(FeatureRequest):
    """A feature that a party asks the service for, so many seconds into the media, or into the ringing. A word alone:
    by Alice, soon.
    """

    by: Party = Field(default=Party.ALICE, strict=False)
    after: float = Field(default=0.1, ge=0, le=600)
    ringing: bool = False

    @model_validator(mode="before")
    @classmethod
    def _a_word_is_enough(cls, value: Any) -> Any:
        return {"feature": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [whole["properties"]["feature"], whole]}


class ChatLine(Noun):
    """A line that a party writes, so many seconds into the media. The harness adds a marker to it."""

    by: Party = Field(default=Party.ALICE, strict=False)
    text: str = Field(min_length=1, max_length=1000)
    after: float = Field(default=0.1, ge=0, le=600)


class Call(Noun):
    """What is called for: the mode, the media, and how long media flows once both sides are up (seconds).

    `screen`: who shares one, from the first description on.
    `ring`: how long it rings until the callee's user accepts.
    `restart_after`: so many seconds into the media the caller restarts ICE by a new offer. `earlier`: how many honest
    calls the same two devices make before this one. `code_digits`: less than 20 for a system with a shorter code.
    `patience`: how much longer than `seconds` media may take to be heard.
    `features`: what parties ask the service for. `chat`: what they write to each other.
    `voice`: what the audio sounds like. `first_sequence`: where every RTP stream begins to count, any number being as
    good as another (RFC 3550 section 5.1). `replay_window`: how many packets a receiver remembers, 64 at least (RFC
    3711 section 3.3.2). Without the last two the stack decides.
    """

    mode: Mode = Field(default=Mode.E2EE, strict=False)
    media: tuple[Asset, ...] = Field(default=(Asset.AUDIO, Asset.VIDEO), min_length=1, strict=False)
    screen: tuple[Role, ...] = Field(default=(), strict=False, max_length=2)
    ring: float = Field(default=0.0, ge=0, le=60)
    seconds: float = Field(default=1.5, ge=0, le=600)
    setup_seconds: float = Field(default=15.0, gt=0, le=120)
    patience: float = Field(default=10.0, ge=0, le=120)
    restart_after: float | None = Field(default=None, ge=0, le=600)
    features: tuple[AskedFeature, ...] = Field(default=(), strict=False, max_length=16)
    chat: tuple[ChatLine, ...] = Field(default=(), strict=False, max_length=16)
    earlier: int = Field(default=0, ge=0, le=3)
    code_digits: int = Field(default=20, ge=4, le=20)
    voice: AudioKind = Field(default=AudioKind.CHORD, strict=False)
    first_sequence: int | None = Field(default=None, ge=0, le=65_535)
    replay_window: int | None = Field(default=None, ge=64, le=32_767)

    @model_validator(mode="after")
    def _restarts_while_media_flows(self) -> Self:
        if self.restart_after is not None and self.restart_after >= self.seconds:
            raise ValueError("restart_after lies after the end of the call")
        return self

    @model_validator(mode="after")
    def _media_are_distinct(self) -> Self:
        if len(set(self.media)) != len(self.media):
            raise ValueError("a medium is named twice")
        if Asset.SCREEN in self.media:
            raise ValueError("'screen' stands by itself: who shares one is named in call.screen")
        if not set(self.media) <= {Asset.AUDIO, Asset.VIDEO}:
            raise ValueError("'chat' is no medium: what is written stands in call.chat")
        if len(set(self.screen)) != len(self.screen):
            raise ValueError("who shares a screen is named twice")
        return self

    @model_validator(mode="after")
    def _is_said_while_media_flows(self) -> Self:
        asked = [one.after for one in self.features if not one.ringing]
        if max((*asked, *(one.after for one in self.chat)), default=0) > self.seconds:
            raise ValueError("something is asked for or written after the end of the call")
        if max((one.after for one in self.features if one.ringing), default=-1) >= self.ring:
            raise ValueError("something is asked for while it rings, and it does not ring so long")
        return self

    @property
    def negotiated(self) -> tuple[Asset, ...]:
        """What the descriptions hold a section for."""
        return (*self.media, *((Asset.SCREEN,) if self.screen else ()))

    @property
    def sharing(self) -> tuple[Party, ...]:
        """Who shares a screen."""
        return tuple(party for party in Party if party.role in self.screen)
