"""Adversaries on the path that change nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from .base import Attacker, Position


class Bystander(Attacker):
    """A relay on the path that only forwards."""

    kind: Literal["bystander"]
    position: tuple[Position, ...] = (Position.PATH,)


class Recorder(Attacker):
    """A relay on the path that forwards and writes down everything it sees."""

    kind: Literal["recorder"]
    position: tuple[Position, ...] = (Position.PATH,)


class LaterKeys(Attacker):
    """A relay on the path that forwards and keeps everything, and is given the private keys of both parties'
    certificates when the call is over, as by a court or a thief."""

    kind: Literal["later-keys"]
    position: tuple[Position, ...] = (Position.PATH,)


class ServiceProcessor(Attacker):
    """A media processor of the calling service on the path of a call between two devices: reads what media keys there
    are in the descriptions that pass it, opens every packet that they open, and forwards all of them as they came."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})

    kind: Literal["service-processor"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.PATH)


class MediaServerMode(StrEnum):
    """What a media server does with a call: ends ICE and DTLS with each side, or passes on what it gets."""

    TERMINATE = "terminate"
    RELAY = "relay"


class MediaServerProgram(StrEnum):
    """Which media server. Janus's videocall plugin ends each side; it cannot relay."""

    RTPENGINE = "rtpengine"
    JANUS = "janus"


class MediaServer(Attacker):
    """A media server that nobody here wrote, which the service puts into the call: both descriptions pass
    it, and all media. It records; what it recorded is what it got."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})

    kind: Literal["media-server"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.PATH)
    program: MediaServerProgram = Field(default=MediaServerProgram.RTPENGINE, strict=False)
    handling: MediaServerMode = Field(strict=False)

    @model_validator(mode="after")
    def _can_do_that(self) -> Self:
        if self.program is MediaServerProgram.JANUS and self.handling is MediaServerMode.RELAY:
            raise ValueError("janus ends DTLS with each side: only rtpengine can relay")
        return self
