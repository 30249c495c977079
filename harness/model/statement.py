"""What an endpoint says of itself after a call: its screen, the certificates it saw, its counters, its reason."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from .base import Asset, Moment, Noun, Party, Role
from .certificate import Certificate
from .finding import Reason

MAX_COUNT: Final = 1 << 48
"""No call has as many packets: what a hostile statement counts must still be a number that can be printed."""


class Indicator(StrEnum):
    """What is drawn at the top left of the call window."""

    LOCK = "lock"
    PLAIN = "plain"
    NONE = "none"


class Screen(Noun):
    """What the user sees: the indicator, the code (20 digits without spaces) and the name of the other person.

    `notice` is what the screen announces beside them, as that the code has changed and must be compared again.
    """

    indicator: Indicator
    code: str | None = Field(max_length=64)
    peer: str = Field(max_length=200)
    notice: str | None = Field(default=None, max_length=200)

    @property
    def empty(self) -> bool:
        """Whether it shows neither shield nor code."""
        return self.indicator is Indicator.NONE and self.code is None


class ScreenMoment(Noun):
    """From this moment on (seconds since the epoch) the screen looked like this."""

    time: Moment
    screen: Screen


class DtlsParameters(Noun):
    """What this endpoint negotiated: version ("DTLSv1.2"), IANA suite name, SRTP profile name (RFC 5764), role.

    `group` is IANA's name of the one in which the secret was agreed on ("x25519"); None where the stack does not tell.
    """

    version: str = Field(max_length=32)
    suite: str = Field(max_length=80)
    group: str | None = Field(default=None, max_length=80)
    srtp_profile: str | None = Field(max_length=80)
    role: str = Field(max_length=16)


class PacketCounts(Noun):
    """Media packets as this endpoint's SRTP layer counted them. `refused`: for a reason that it does not tell."""

    rtp_sent: int = Field(default=0, ge=0, le=MAX_COUNT)
    rtcp_sent: int = Field(default=0, ge=0, le=MAX_COUNT)
    rtp_received: int = Field(default=0, ge=0, le=MAX_COUNT)
    rtcp_received: int = Field(default=0, ge=0, le=MAX_COUNT)
    not_authenticated: int = Field(default=0, ge=0, le=MAX_COUNT)
    replayed: int = Field(default=0, ge=0, le=MAX_COUNT)
    refused: int = Field(default=0, ge=0, le=MAX_COUNT)


ON_ITS_WAY: Final = 0.5
"""Seconds that a packet may lie between a socket and the SRTP layer when a program is asked for its counts. In 3,400
legs of a loaded machine the slowest was webrtcbin, with two packets: a twentieth of a second."""

_BEFORE_THE_LEG: Final = 100
"""Packets that may be on their way to a leg of which few have passed it."""


def may_have_sent(seen: int, through_leg: bool) -> int:
    """The most packets that an endpoint can have sent of which so many were seen.

    Between a program and a leg in front of it there may be some when the leg ends; that is not as much again as what
    passed it.
    """
    return seen + (seen + _BEFORE_THE_LEG if through_leg else 0)


class Failure(Noun):
    """Why this endpoint ended or refused the call, as a named reason and one sentence."""

    reason: Reason
    detail: str = Field(max_length=1000)


class EndpointStatement(Noun):
    """One endpoint's account of one call. Untrusted: auditors compare it with the wire.

    Certificates are hex DER: `local_certificate` is the one this endpoint presented, `presented_certificate` the one
    DTLS really showed it. `heard` holds the markers it decoded from what it would have played, as 16 hex digits; after
    a restart, from what came since. `screen` is the last one while the call was up, `screens` all there were. Unless
    `packets_told`, it does not say what its SRTP layer took and what it refused. Unless `screen_told`, it has no screen
    of its own, and what the reference client would show is not known: the call is up, and no code can be made of the
    certificates. `up`: when the call came up first, if its screen was only read after that (seconds since the epoch).
    `asked`: when the harness asked a program for this account, by its own clock: the program counted its packets no
    earlier.
    """

    party: Party
    role: Role
    software: str = Field(max_length=200)
    screen: Screen
    screen_told: bool = True
    screens: tuple[ScreenMoment, ...] = Field(default=(), max_length=1000)
    connected: bool
    up: Moment | None = None
    failure: Failure | None = None
    local_certificate: Certificate | None = None
    presented_certificate: Certificate | None = None
    dtls: DtlsParameters | None = None
    packets: PacketCounts = PacketCounts()
    packets_told: bool = True
    asked: Moment | None = None
    heard: dict[Asset, Annotated[str, Field(max_length=64)]] = {}
    addresses: tuple[Annotated[str, Field(max_length=64)], ...] = Field(default=(), max_length=64)

    @property
    def emptied(self) -> float | None:
        """Since when the screen shows neither shield nor code, at the end of a call that did not fail."""
        last = self.screens[-1] if self.screens and self.failure is None else None
        return None if last is None or not last.screen.empty else last.time

    @property
    def over(self) -> float | None:
        """When a call that was up ended by a failure: the last of its screens is the empty one that this leaves."""
        return self.screens[-1].time if self.failure is not None and self.screens else None
