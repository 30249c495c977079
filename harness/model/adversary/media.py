"""Adversaries that work on the media packets of a call."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from .base import Attacker, Position
from .network import Injector


class SrtpPart(StrEnum):
    """Which part of an SRTP packet is hit (RFC 3711 section 3.1)."""

    HEADER = "header"
    PAYLOAD_TYPE = "payload-type"
    SEQUENCE = "sequence"
    SSRC = "ssrc"
    EXTENSION = "extension"
    PAYLOAD = "payload"
    TAG = "tag"
    TRUNCATED = "truncated"
    TAG_REMOVED = "tag-removed"


class SrtpBitflip(Attacker):
    """Flips one bit in every n-th SRTP packet, in the named part; or cuts off a byte, or the tag."""

    kind: Literal["srtp-bitflip"]
    position: tuple[Position, ...] = (Position.PATH,)
    field: SrtpPart = Field(strict=False)
    every: int = Field(default=10, ge=1, le=10_000)


class ReplayTime(StrEnum):
    """When a packet is sent again, or as which one."""

    SOON = "soon"
    AFTER_WINDOW = "after-window"
    ACROSS_ROLLOVER = "across-rollover"
    OTHER_STREAM = "other-stream"
    OTHER_CALL = "other-call"


class SrtpReplay(Attacker):
    """Sends every n-th SRTP and SRTCP packet a second time."""

    kind: Literal["srtp-replay"]
    position: tuple[Position, ...] = (Position.PATH,)
    every: int = Field(default=5, ge=1, le=10_000)
    when: ReplayTime = Field(default=ReplayTime.SOON, strict=False)


class SrtcpFault(StrEnum):
    """What is done to SRTCP."""

    FLIP = "flip"
    CLEAR_E = "clear-e"
    BYE = "bye"
    REPLAY = "replay"


class SrtcpTamper(Attacker):
    """Changes SRTCP packets, sends them again, or forges a BYE."""

    kind: Literal["srtcp-tamper"]
    position: tuple[Position, ...] = (Position.PATH,)
    fault: SrtcpFault = Field(strict=False)


class RocPoisoning(Injector):
    """Sends forged packets of a known stream with sequence numbers from far away, to be taken for a rollover; or from
    a little ahead, to move the window behind which packets are taken for old."""

    kind: Literal["roc-poisoning"]
    distance: Literal["far", "near"] = "far"


class SsrcCollision(Injector):
    """Sends forged packets as a second sender of a known stream."""

    kind: Literal["ssrc-collision"]


class PlaintextInjection(Attacker):
    """Sends clear RTP and RTCP of its own making into the call."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.PATH, Position.OFF_PATH})
    needed: ClassVar[frozenset[Position]] = frozenset()

    kind: Literal["plaintext-injection"]
    packets: int = Field(default=40, ge=1, le=10_000)
