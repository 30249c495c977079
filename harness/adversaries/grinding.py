"""Certificates by the hundred thousand, until the code they give looks like another one.

A certificate is taken by its thumbprint, and nobody checks the signature under a self-signed one: so its last bytes
can be anything. Everything before them is hashed once (the midstate), no key is made, and a try costs two blocks of
SHA-256 or three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography import x509

from ..codes import teams20
from ..model.base import Role
from .certificate import Identity

_VARIED: Final = 8
"""Bytes at the end of the certificate that are varied: the tail of its ECDSA signature."""

MOST_TRIES: Final = 100_000_000


@dataclass(frozen=True)
class Agreement:
    """Which decimal digits of the twenty shall be equal: so many at the beginning, so many at the end."""

    first: int = 0
    last: int = 0

    def holds(self, one: int, other: int) -> bool:
        """Whether two codes, as numbers, agree there."""
        low: int = 10**self.last
        high: int = 10 ** (teams20.DIGITS - self.first)
        return one % low == other % low and one // high == other // high


@dataclass(frozen=True)
class Ground:
    """The certificate that was found, and after how many tries."""

    identity: Identity
    tries: int


def grind(
    identity: Identity, code_of: Callable[[bytes], int], wanted: int, agreement: Agreement, most: int = MOST_TRIES
) -> Ground | None:
    """Vary the certificate until the code of its thumbprint agrees with `wanted`; None after `most` tries."""
    der = identity.der
    head = sha256(der[:-_VARIED])
    for number in range(most):
        tail = number.to_bytes(_VARIED, "big")
        state = head.copy()
        state.update(tail)
        if agreement.holds(code_of(state.digest()), wanted):
            certificate = x509.load_der_x509_certificate(der[:-_VARIED] + tail)
            return Ground(Identity(certificate, identity.key), number + 1)
    return None


def coding(fixed: bytes, role: Role) -> Callable[[bytes], int]:
    """The code as a number, with `fixed` as the thumbprint of this role, as a function of the other thumbprint."""
    if role is Role.CALLER:
        state = sha256(teams20.CONTEXT + fixed)

        def with_callee(thumbprint: bytes) -> int:
            both = state.copy()
            both.update(thumbprint)
            return int.from_bytes(both.digest(), "big") % 10**teams20.DIGITS

        return with_callee
    return lambda thumbprint: (
        int.from_bytes(sha256(teams20.CONTEXT + thumbprint + fixed).digest(), "big") % (10**teams20.DIGITS)
    )
