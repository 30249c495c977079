"""A scenario: who calls whom, who sits between, and what must be seen. Data only; it holds no code."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from .base import SCENARIO_ID, SCHEMA_VERSION, Asset, Noun, Party, Role
from .finding import Reason
from .verdict import Outcome


class Mode(StrEnum):
    """What kind of call the two clients try to make."""

    E2EE = "e2ee"
    CLEAR = "clear"


class Position(StrEnum):
    """What an adversary controls. Signalling and path are separate; off-path can only send to a known address."""

    SIGNALLING = "signalling"
    PATH = "path"
    OFF_PATH = "off-path"


class Family(StrEnum):
    """The folder below scenarios/ in which a scenario lives."""

    CONTROL = "control"
    SIGNALLING = "signalling"
    NETWORK = "network"
    MEDIA = "media"
    SPECIMENS = "specimens"


class EndpointKind(StrEnum):
    """Endpoints that can be placed in a call: the healthy one, then specimens with one planted fault each."""

    AIORTC = "aiortc"
    CLEAR = "clear"
    FINGERPRINT_NEVER_COMPARED = "fingerprint-never-compared"
    CODE_FROM_SDP = "code-from-sdp"
    CONSTANT_CODE = "constant-code"
    NULL_CIPHER = "null-cipher"
    REPLAY_ACCEPTED = "replay-accepted"
    CLEAR_WITH_LOCK = "clear-with-lock"


class SrtpPart(StrEnum):
    """Which part of an SRTP packet is hit (RFC 3711 section 3.1)."""

    HEADER = "header"
    PAYLOAD = "payload"
    TAG = "tag"


class Rewrite(StrEnum):
    """One change to the SDP on its way, named after what it does to the description."""

    FINGERPRINT_MISSING = "fingerprint-missing"
    FINGERPRINT_TRUNCATED = "fingerprint-truncated"
    FINGERPRINT_NO_SEPARATORS = "fingerprint-no-separators"
    FINGERPRINT_ODD_SEPARATORS = "fingerprint-odd-separators"
    FINGERPRINT_LOWER_CASE = "fingerprint-lower-case"
    FINGERPRINT_DUPLICATE_ALGORITHM = "fingerprint-duplicate-algorithm"
    HASH_SHA1 = "hash-sha1"
    HASH_MD5 = "hash-md5"
    HASH_MD2 = "hash-md2"
    HASH_UNKNOWN = "hash-unknown"
    SETUP_BOTH_ACTIVE = "setup-both-active"
    SETUP_BOTH_PASSIVE = "setup-both-passive"
    SETUP_HOLDCONN = "setup-holdconn"
    SETUP_ANSWER_ACTPASS = "setup-answer-actpass"
    SDES_ADDED = "sdes-added"
    SDES_INSTEAD_OF_DTLS = "sdes-instead-of-dtls"
    PROFILE_RTP_AVP = "profile-rtp-avp"
    PROFILE_RTP_AVP_NO_FINGERPRINT = "profile-rtp-avp-no-fingerprint"


class _Adversary(Noun):
    """What every adversary has: positions. `allowed` are those it can use, `needed` those it cannot do without."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.PATH})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.PATH})

    position: tuple[Position, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _positions_fit(self) -> Self:
        held = set(self.position)
        if len(held) != len(self.position):
            raise ValueError("a position is named twice")
        useless = sorted(held - self.allowed)
        if useless:
            raise ValueError(f"the position '{useless[0]}' is of no use to this adversary")
        lacking = sorted(self.needed - held)
        if lacking:
            raise ValueError(f"this adversary needs the position '{lacking[0]}'")
        return self


class Bystander(_Adversary):
    """A relay on the path that only forwards."""

    kind: Literal["bystander"]
    position: tuple[Position, ...] = (Position.PATH,)


class Recorder(_Adversary):
    """A relay on the path that forwards and writes down everything it sees."""

    kind: Literal["recorder"]
    position: tuple[Position, ...] = (Position.PATH,)


class DtlsMitm(_Adversary):
    """Ends DTLS on both sides, re-encrypts, writes down the plaintext.

    `swap` names whose fingerprint is replaced by the interceptor's in the signalling towards the other party;
    an empty list leaves the signalling untouched.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})

    kind: Literal["dtls-mitm"]
    swap: tuple[Role, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _swap_needs_signalling(self) -> Self:
        if self.swap and Position.SIGNALLING not in self.position:
            raise ValueError("swap needs the position 'signalling'")
        return self


class SrtpBitflip(_Adversary):
    """Flips one bit in every n-th SRTP packet, in the named part."""

    kind: Literal["srtp-bitflip"]
    position: tuple[Position, ...] = (Position.PATH,)
    field: SrtpPart = Field(strict=False)
    every: int = Field(default=10, ge=1, le=10_000)


class SrtpReplay(_Adversary):
    """Sends every n-th SRTP and SRTCP packet a second time."""

    kind: Literal["srtp-replay"]
    position: tuple[Position, ...] = (Position.PATH,)
    every: int = Field(default=5, ge=1, le=10_000)


class PlaintextInjection(_Adversary):
    """Sends clear RTP and RTCP of its own making into the call."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.PATH, Position.OFF_PATH})
    needed: ClassVar[frozenset[Position]] = frozenset()

    kind: Literal["plaintext-injection"]
    packets: int = Field(default=40, ge=1, le=10_000)


class CandidateInjection(_Adversary):
    """Adds an ICE candidate of its own to each description, or removes all others to force the path through it."""

    allowed: ClassVar[frozenset[Position]] = frozenset(Position)
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    kind: Literal["candidate-injection"]
    how: Literal["add", "replace"] = "add"

    @model_validator(mode="after")
    def _replacing_needs_a_relay(self) -> Self:
        if self.how == "replace" and Position.PATH not in self.position:
            raise ValueError("'replace' needs the position 'path'")
        return self


class SdpRewrite(_Adversary):
    """Changes the SDP on its way and nothing else. `towards` names who receives the changed description."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    kind: Literal["sdp-rewrite"]
    position: tuple[Position, ...] = (Position.SIGNALLING,)
    rewrite: Rewrite = Field(strict=False)
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)


Adversary = Annotated[
    Bystander | Recorder | DtlsMitm | SrtpBitflip | SrtpReplay | PlaintextInjection | CandidateInjection | SdpRewrite,
    Field(discriminator="kind"),
]


class Call(Noun):
    """What is called for: the mode, the media, and how long media flows once both sides are up (seconds)."""

    mode: Mode = Field(default=Mode.E2EE, strict=False)
    media: tuple[Asset, ...] = Field(default=(Asset.AUDIO, Asset.VIDEO), min_length=1, strict=False)
    seconds: float = Field(default=1.5, ge=0, le=600)
    setup_seconds: float = Field(default=5.0, gt=0, le=120)

    @model_validator(mode="after")
    def _media_are_distinct(self) -> Self:
        if len(set(self.media)) != len(self.media):
            raise ValueError("a medium is named twice")
        return self


class Endpoints(Noun):
    """Which software each party uses."""

    alice: EndpointKind = Field(default=EndpointKind.AIORTC, strict=False)
    bob: EndpointKind = Field(default=EndpointKind.AIORTC, strict=False)

    def of(self, party: Party) -> EndpointKind:
        return self.alice if party is Party.ALICE else self.bob


class Expectation(Noun):
    """What must be seen. `because`: alarms that must all be raised. `also`: alarms that may be, and nothing else.

    `seen`: what the recording itself must show of the attack, at any severity; without it the attack is not proved.
    """

    outcome: Outcome = Field(strict=False)
    because: tuple[Reason, ...] = Field(default=(), strict=False)
    also: tuple[Reason, ...] = Field(default=(), strict=False)
    seen: tuple[Reason, ...] = Field(default=(), strict=False)


class Scenario(Noun):
    """One case. `twin` names the scenario that differs only in the attack (or, for a specimen, in the fault)."""

    schema_version: Literal[1] = SCHEMA_VERSION
    id: str = Field(pattern=SCENARIO_ID, max_length=120)
    family: Family = Field(strict=False)
    title: str = Field(min_length=1, max_length=200)
    why: str = Field(min_length=1, max_length=2000)
    references: tuple[str, ...] = Field(default=(), strict=False, max_length=50)
    controls: tuple[str, ...] = Field(default=(), strict=False, max_length=50)
    call: Call = Call()
    endpoints: Endpoints = Endpoints()
    network: Literal["loopback"] = "loopback"
    adversary: Adversary | None = None
    expect: Expectation
    twin: str | None = None
