"""Adversaries that work on the media packets of a call."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from .base import Attacker, Position


class SrtpPart(StrEnum):
    """Which part of an SRTP packet is hit (RFC 3711 section 3.1)."""

    HEADER = "header"
    PAYLOAD = "payload"
    TAG = "tag"


class SrtpBitflip(Attacker):
    """Flips one bit in every n-th SRTP packet, in the named part."""

    kind: Literal["srtp-bitflip"]
    position: tuple[Position, ...] = (Position.PATH,)
    field: SrtpPart = Field(strict=False)
    every: int = Field(default=10, ge=1, le=10_000)


class SrtpReplay(Attacker):
    """Sends every n-th SRTP and SRTCP packet a second time."""

    kind: Literal["srtp-replay"]
    position: tuple[Position, ...] = (Position.PATH,)
    every: int = Field(default=5, ge=1, le=10_000)


class PlaintextInjection(Attacker):
    """Sends clear RTP and RTCP of its own making into the call."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.PATH, Position.OFF_PATH})
    needed: ClassVar[frozenset[Position]] = frozenset()

    kind: Literal["plaintext-injection"]
    packets: int = Field(default=40, ge=1, le=10_000)
