"""Adversaries that change the signalling and nothing on the path."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..base import Role
from .base import Attacker, Position


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
    PROFILE_RTP_AVP_NO_FEEDBACK = "profile-rtp-avp-no-feedback"
    FINGERPRINT_OTHER_IN_SECOND_MEDIA = "fingerprint-other-in-second-media"
    FINGERPRINT_OTHER_AT_SESSION_LEVEL = "fingerprint-other-at-session-level"
    FINGERPRINT_OTHER_AT_MEDIA_LEVEL = "fingerprint-other-at-media-level"
    RTCP_MUX_OFF = "rtcp-mux-off"


class SdpRewrite(Attacker):
    """Changes the SDP on its way and nothing else. `towards` names who receives the changed description."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    kind: Literal["sdp-rewrite"]
    position: tuple[Position, ...] = (Position.SIGNALLING,)
    rewrite: Rewrite = Field(strict=False)
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)


class CandidateInjection(Attacker):
    """Adds an ICE candidate of its own to each description, replaces all by its own, or removes them.

    `remove-ended` leaves the mark that no more candidates follow (RFC 8840 section 4.1.1), `remove` takes it away as
    well. `towards` names who gets a description without candidates.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset(Position)
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    kind: Literal["candidate-injection"]
    how: Literal["add", "replace", "remove", "remove-ended"] = "add"
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)

    @model_validator(mode="after")
    def _replacing_needs_a_relay(self) -> Self:
        if self.how == "replace" and Position.PATH not in self.position:
            raise ValueError("'replace' needs the position 'path'")
        return self


class _Forger(Attacker):
    """Whoever has the signalling in hand and needs nothing else."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    position: tuple[Position, ...] = (Position.SIGNALLING,)


class Reoffer(_Forger):
    """Brings the callee an offer in the middle of the call that the caller never made, without an ICE restart.

    `change`: what is different from the caller's own offer. `after`: so many seconds after the call is up.
    """

    kind: Literal["reoffer"]
    change: Literal["fingerprint", "setup-role", "nothing"] = "fingerprint"
    after: float = Field(default=0, ge=0, le=60)


class SignallingReplay(_Forger):
    """Sends an old message again: one of this call while it is up, or one of an earlier call in the place of the new.

    `of: before-reoffer`: an offer of this call that another one has replaced, which the adversary makes itself; it
    changes nothing but the version. `to` names who gets it: the callee an offer, the caller an answer. `what`: the
    whole description, its candidates in a new description, or the acceptance of the earlier call, which the caller gets
    while it rings.
    """

    kind: Literal["signalling-replay"]
    to: Role = Field(strict=False)
    of: Literal["this-call", "before-reoffer", "earlier-call"] = "this-call"
    what: Literal["description", "candidates", "acceptance"] = "description"

    @model_validator(mode="after")
    def _parts_are_of_an_earlier_call(self) -> Self:
        if self.what != "description" and self.of != "earlier-call":
            raise ValueError(f"'{self.what}' can be replayed only from an earlier call")
        if self.what == "acceptance" and self.to is not Role.CALLER:
            raise ValueError("an acceptance is for the caller")
        return self

    @model_validator(mode="after")
    def _what_is_replaced_is_an_offer(self) -> Self:
        if self.of == "before-reoffer" and self.to is not Role.CALLEE:
            raise ValueError("it is an offer that another one has replaced, and that is for the callee")
        return self


class Reflection(Attacker):
    """Sends the caller what it sent itself: its offer as the answer to it, or each of its packets beside the peer's.

    `what: fingerprint`: of its offer no more than the fingerprints, in the place of those of the callee's answer.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = frozenset()

    kind: Literal["reflection"]
    what: Literal["all", "fingerprint"] = "all"

    @model_validator(mode="after")
    def _one_thing_is_reflected(self) -> Self:
        if len(self.position) > 1:
            raise ValueError("either the signalling is reflected, or the packets of the path")
        if self.what == "fingerprint" and Position.SIGNALLING not in self.position:
            raise ValueError("a fingerprint is reflected in the signalling")
        return self


class CertificateWatch(_Forger):
    """Remembers whose certificates an earlier call named, and looks whether this one names them again."""

    kind: Literal["certificate-watch"]


class IdentityForgery(_Forger):
    """Has a screen name somebody else: the person who is really there speaks under another one's name."""

    kind: Literal["identity-forgery"]
    name: str = Field(default="Mallory", min_length=1, max_length=200)
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)
