"""Adversaries that send what does not belong to a call, from the path or from beside it, and relays that misbehave."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..base import Role
from .base import Attacker, Position


class Injector(Attacker):
    """Sends packets of its own making, from the path or from an address of its own; never from both at once.

    With the position 'signalling' as well it reads the descriptions, and changes nothing in them.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset(Position)
    needed: ClassVar[frozenset[Position]] = frozenset()

    packets: int = Field(default=40, ge=1, le=10_000)

    @model_validator(mode="after")
    def _one_place_to_send_from(self) -> Self:
        places = {Position.PATH, Position.OFF_PATH} & set(self.position)
        if len(places) != 1:
            raise ValueError("this adversary sends from the position 'path' or from 'off-path', one of them")
        return self

    @property
    def on_path(self) -> bool:
        return Position.PATH in self.position


class ClientHelloRace(Injector):
    """Sends a ClientHello that nobody can accept before the true one comes. `towards` names who gets it."""

    kind: Literal["clienthello-race"]
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)


class DtlsNoise(StrEnum):
    """DTLS that belongs to no handshake."""

    FATAL_ALERT = "fatal-alert"
    CLOSE_NOTIFY = "close-notify"
    RECORDS = "records"
    HANDSHAKE = "handshake"


class DtlsJunk(Injector):
    """Sends DTLS noise, while the call is being set up or once it is up."""

    kind: Literal["dtls-junk"]
    noise: DtlsNoise = Field(strict=False)
    during: Literal["setup", "call"] = "setup"


class StunForgery(StrEnum):
    """What is wrong with a forged connectivity check: it has no proof, a wrong one, or claims a conflict of roles.

    `NO_NOMINATION` has no proof either and asks for nothing: an ordinary check, which is to be answered by nobody.
    """

    NO_INTEGRITY = "no-integrity"
    WRONG_INTEGRITY = "wrong-integrity"
    ROLE_CONFLICT = "role-conflict"
    NO_NOMINATION = "no-nomination"


class StunHijack(Injector):
    """Sends checks that nominate its own path, or answers that claim a conflict of roles, without the password."""

    kind: Literal["stun-hijack"]
    forgery: StunForgery = Field(strict=False)


class RtpBleed(Injector):
    """Sends RTP from its own address from the first moment on, so that media may be sent back to where it came from."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.OFF_PATH})

    kind: Literal["rtp-bleed"]


class SrtpFlood(Injector):
    """Sends packets that fail the authentication, as many as it can."""

    kind: Literal["srtp-flood"]
    packets: int = Field(default=600, ge=1, le=10_000)


class Malformation(StrEnum):
    """The protocol whose rules are broken; or a datagram of a size that no protocol has."""

    RTP = "rtp"
    RTCP = "rtcp"
    STUN = "stun"
    SCTP = "sctp"
    EMPTY = "empty"
    OVERSIZE = "oversize"


class MalformedMedia(Injector):
    """Sends datagrams that begin like a protocol of the call and break its rules."""

    kind: Literal["malformed-media"]
    malformation: Malformation = Field(strict=False)


class RelayFault(StrEnum):
    """What a dishonest relay does with a packet."""

    DROP = "drop"
    DELAY = "delay"
    REDIRECT = "redirect"
    MIX = "mix"


class TurnTamper(Attacker):
    """A relay that drops, delays, redirects or mixes up every n-th media packet.

    To redirect it needs 'off-path' too: an address beside the path to send from.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.PATH, Position.OFF_PATH})

    kind: Literal["turn-tamper"]
    position: tuple[Position, ...] = (Position.PATH,)
    fault: RelayFault = Field(strict=False)
    every: int = Field(default=5, ge=2, le=10_000)

    @model_validator(mode="after")
    def _redirecting_needs_another_way(self) -> Self:
        if (self.fault is RelayFault.REDIRECT) != (Position.OFF_PATH in self.position):
            raise ValueError("'redirect' needs the position 'off-path', and nothing else does")
        return self


class Ailment(StrEnum):
    """What a bad network does to packets."""

    LOSS = "loss"
    REORDER = "reorder"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    JITTER = "jitter"
    RATE = "rate"


class Impairment(Attacker):
    """A path that does one of these to the media, by chance."""

    kind: Literal["impairment"]
    position: tuple[Position, ...] = (Position.PATH,)
    ailment: Ailment = Field(strict=False)
