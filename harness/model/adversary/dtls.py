"""Adversaries that end DTLS themselves."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..base import Role
from .base import Attacker, Position


class DtlsMitm(Attacker):
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
