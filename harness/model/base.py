"""What every noun has in common: frozen, closed to unknown keys, one serialiser."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = 1
SCENARIO_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*(\[[a-z0-9_.,=-]+\])?$"
"""Also the name of a folder: it can hold neither a slash nor a leading dot."""

MAX_ID: Final = 200
"""Characters of such an id, with what varies between its brackets: a folder's name may have 255."""


Moment = Annotated[float, Field(ge=0, le=4_102_444_800, allow_inf_nan=False)]
"""Seconds since the epoch, up to the year 2100: what a hostile file says must still be a date."""


class Noun(BaseModel):
    """A frozen value. Unknown keys and silent type conversions are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ser_json_bytes="base64")


class Party(StrEnum):
    """The two people of a call. Alice calls Bob."""

    ALICE = "alice"
    BOB = "bob"

    @property
    def peer(self) -> Party:
        return Party.BOB if self is Party.ALICE else Party.ALICE

    @property
    def role(self) -> Role:
        return Role.CALLER if self is Party.ALICE else Role.CALLEE


class Role(StrEnum):
    """The part a party plays in the offer/answer exchange; the code is ordered by it."""

    CALLER = "caller"
    CALLEE = "callee"

    @property
    def party(self) -> Party:
        return Party.ALICE if self is Role.CALLER else Party.BOB


class Asset(StrEnum):
    """Something of a call that an interceptor would like to have."""

    AUDIO = "audio"
    VIDEO = "video"
    SCREEN = "screen"
    CHAT = "chat"
    FILE = "file"


MEDIA: Final = (Asset.AUDIO, Asset.VIDEO, Asset.SCREEN)
"""What flows between the two devices; chat goes through the service, which can read it."""
