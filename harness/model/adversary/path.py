"""Adversaries on the path that change nothing."""

from __future__ import annotations

from typing import ClassVar, Literal

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
    """The media processor of the calling service: reads the media keys in the descriptions that pass it, opens every
    packet with them, and forwards it as it came."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})

    kind: Literal["service-processor"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.PATH)
