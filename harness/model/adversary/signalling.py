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


class SdpRewrite(Attacker):
    """Changes the SDP on its way and nothing else. `towards` names who receives the changed description."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    kind: Literal["sdp-rewrite"]
    position: tuple[Position, ...] = (Position.SIGNALLING,)
    rewrite: Rewrite = Field(strict=False)
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)


class CandidateInjection(Attacker):
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
