"""Adversaries on the path that change nothing."""

from __future__ import annotations

from typing import Literal

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
