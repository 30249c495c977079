"""Adversaries that end DTLS themselves."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..base import Role
from .base import Attacker, Position


class DtlsMitm(Attacker):
    """Ends DTLS on both sides, re-encrypts, writes down the plaintext.

    `swap` names whose fingerprint is replaced by the interceptor's in the signalling towards the other party;
    an empty list leaves the signalling untouched. With `how` the interceptor's fingerprints (`lines` of them) stand
    before or after each genuine one instead. `begin: restart` lets the call come up honestly and takes its ICE restart.
    `agree_first` and `agree_last`: certificates are tried until so many digits of both codes are equal.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})

    kind: Literal["dtls-mitm"]
    swap: tuple[Role, ...] = Field(default=(), strict=False)
    how: Literal["replace", "before", "after"] = "replace"
    lines: int = Field(default=1, ge=1, le=16)
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
        if self.how != "replace" and not self.swap:
            raise ValueError("fingerprints beside the genuine ones need a swap")
        if (self.agree_first or self.agree_last) and len(self.swap) < len(Role):
            raise ValueError("codes can be made to agree only when both fingerprints are swapped")
        return self
