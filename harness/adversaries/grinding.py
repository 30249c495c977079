"""Certificates by the million, until the code they give looks like another one.

A certificate is taken by its thumbprint, and nobody checks the signature under a self-signed one: so its last bytes
can be anything. Everything before them is hashed once (the midstate), no key is made, and a try costs a few blocks of
SHA-256. This module imports next to nothing, because a process is started for it (`grinding_worker`).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ..codes import teams20

MOST_TRIES: Final = 100_000_000

_VARIED: Final = 8
"""Bytes at the end of the certificate that are varied: the tail of its ECDSA signature."""

_ALL: Final = 10**teams20.DIGITS


@dataclass(frozen=True)
class Agreement:
    """Which decimal digits of the twenty shall be equal: so many at the beginning, so many at the end."""

    first: int = 0
    last: int = 0

    def holds(self, one: int, other: int) -> bool:
        """Whether two codes, as numbers, agree there."""
        return self.parts(one) == self.parts(other)

    def parts(self, code: int) -> tuple[int, int]:
        """The digits of a code that matter: those at its end, those at its beginning."""
        low: int = 10**self.last
        high: int = 10 ** (teams20.DIGITS - self.first)
        return code % low, code // high


@dataclass(frozen=True)
class Task:
    """What is searched: a certificate like `der` whose code, with the thumbprint `caller` in the caller's place, agrees
    with `wanted`. The search is given up after `most` tries."""

    der: bytes
    caller: bytes
    wanted: int
    agreement: Agreement
    most: int = MOST_TRIES


def varied(der: bytes, number: int) -> bytes:
    """The certificate (DER) of the number-th try; the first is number 1."""
    return der[:-_VARIED] + number.to_bytes(_VARIED, "big")


def search(task: Task) -> int | None:
    """The number of the first try that succeeds; None when none of them does.

    One loop without calls of ours: a call would take as long as the hashing.
    """
    begun = sha256(task.der[:-_VARIED])
    context = teams20.CONTEXT + task.caller
    low, high = 10**task.agreement.last, 10 ** (teams20.DIGITS - task.agreement.first)
    at_the_end, at_the_beginning = task.agreement.parts(task.wanted)
    for number in range(1, task.most + 1):
        thumbprint = begun.copy()
        thumbprint.update(number.to_bytes(_VARIED, "big"))
        code = int.from_bytes(sha256(context + thumbprint.digest()).digest(), "big")
        if code % low == at_the_end and code % _ALL // high == at_the_beginning:
            return number
    return None
