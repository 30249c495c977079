"""Adversaries that end DTLS themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..base import Role
from .base import Attacker, Position


class DtlsMitm(Attacker):
    """Ends DTLS on both sides, re-encrypts, writes down the plaintext.

    `swap` names whose fingerprint is replaced by the interceptor's in the signalling towards the other party; an
    empty list leaves the signalling untouched. With `how` the interceptor's fingerprints (`lines` of them) stand
    before or after each genuine one instead, with its hash function; or with `algorithm`, of which no genuine one is
    left then. `begin: restart` lets the call come up honestly and takes its ICE restart. `agree_first` and
    `agree_last`: certificates are tried until so many digits of both codes are equal.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})

    kind: Literal["dtls-mitm"]
    swap: tuple[Role, ...] = Field(default=(), strict=False)
    how: Literal["replace", "before", "after"] = "replace"
    lines: int = Field(default=1, ge=1, le=16)
    algorithm: Literal["sha-256", "sha-384", "sha-512"] | None = None
    begin: Literal["call", "restart"] = "call"
    agree_first: int = Field(default=0, ge=0, le=6)
    agree_last: int = Field(default=0, ge=0, le=6)

    @model_validator(mode="after")
    def _swap_needs_signalling(self) -> Self:
        if self.swap and Position.SIGNALLING not in self.position:
            raise ValueError("swap needs the position 'signalling'")
        return self

    @model_validator(mode="after")
    def _what_is_done_to_fingerprints_needs_a_swap(self) -> Self:
        if self.how == "replace" and self.lines > 1:
            raise ValueError("several lines can stand beside the genuine ones, not in their place")
        if self.how == "replace" and self.algorithm is not None:
            raise ValueError("a line in the place of a genuine one has its hash function")
        if self.how != "replace" and not self.swap:
            raise ValueError("fingerprints beside the genuine ones need a swap")
        if (self.agree_first or self.agree_last) and len(self.swap) < len(Role):
            raise ValueError("codes can be made to agree only when both fingerprints are swapped")
        return self


class DtlsFlaw(StrEnum):
    """What is wrong with the handshake that an interceptor makes, named after what it says or leaves out."""

    CIPHER_NULL = "cipher-null"
    CIPHER_EXPORT = "cipher-export"
    CIPHER_RC4 = "cipher-rc4"
    CIPHER_ANONYMOUS = "cipher-anonymous"
    CIPHER_STATIC_RSA = "cipher-static-rsa"
    CIPHER_PSK = "cipher-psk"
    GROUP_WEAK = "group-weak"
    VERSION_10 = "version-1.0"
    PROFILE_NULL_80 = "profile-null-80"
    PROFILE_NULL_32 = "profile-null-32"
    PROFILE_SHA1_32 = "profile-sha1-32"
    PROFILE_UNKNOWN = "profile-unknown"
    PROFILE_NONE = "profile-none"
    MKI = "mki"
    OTHER_TRANSFORM = "other-transform"
    CERTIFICATE_MISSING = "certificate-missing"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_FORGED = "signature-forged"
    POINT_OFF_CURVE = "point-off-curve"
    RESUMPTION = "resumption"
    RENEGOTIATION = "renegotiation"


class DtlsFault(Attacker):
    """An interceptor whose fingerprints are signalled to both, and whose handshake towards one party has a flaw.

    So nothing but the flaw gives that party a reason to refuse. The other one is attended to when it did not.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = allowed

    kind: Literal["dtls-fault"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.PATH)
    flaw: DtlsFlaw = Field(strict=False)
    towards: Role = Field(strict=False)


class SessionTheft(Attacker):
    """Ends DTLS on both sides with the secrets of the session that the parties made in an earlier call, as a thief
    finds them on a device. It leaves the signalling alone, and needs no certificate where the session is resumed."""

    kind: Literal["session-theft"]
    position: tuple[Position, ...] = (Position.PATH,)


class CopiedCertificate(Attacker):
    """Answers the DTLS client with the certificate that its peer shows on the wire, and the signature of another key.
    It leaves the signalling alone: all fingerprints are right, and only the signature is not."""

    kind: Literal["copied-certificate"]
    position: tuple[Position, ...] = (Position.PATH,)


class DtlsTampering(StrEnum):
    """What is done to the genuine handshake of two parties, or said in its name. `before` and `after` its end."""

    VERSION_ROLLBACK = "version-rollback"
    EMS_STRIPPED = "ems-stripped"
    ALERT_BEFORE = "alert-before"
    CLOSE_BEFORE = "close-before"
    ALERT_AFTER = "alert-after"
    CLOSE_AFTER = "close-after"
    FRAGMENTS_OVERLAP = "fragments-overlap"
    FRAGMENTS_CONTRADICT = "fragments-contradict"
    FLIGHTS_REPLAYED = "flights-replayed"


class DtlsTamper(Attacker):
    """Changes, adds or repeats records of the parties' own handshake on their way to one of them. It has no keys."""

    kind: Literal["dtls-tamper"]
    position: tuple[Position, ...] = (Position.PATH,)
    tampering: DtlsTampering = Field(strict=False)
    towards: Role = Field(strict=False)
