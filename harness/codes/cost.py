"""What an interceptor must pay so that both people see the same code. Pure.

Caller A has certificate a, callee B has b. The interceptor shows A a certificate x of its own as if it were B's, and B
another one, y, as if it were A's. The screens show code(a, x) and code(y, b). One *try* is one certificate made and its
code compared; a certificate is varied in bytes that nobody checks, so no try needs a new key.

With n candidates for y and m for x there are n·m pairs. Of N possible codes, each pair agrees with chance 1/N:

    chance = 1 - (1 - 1/N)^(n·m)

Exactly so when n or m is 1. Otherwise the true chance is lower by Jensen's inequality (some candidates share a code),
by less than 1 in 100 from 10^4 codes on while the chance is at most one half. What n and m can be is a matter of order:

    blind             n = k, m = 1  Both are fixed before it can compute anything. A commitment forces this on it
                                    (RFC 6189 section 4.4.1.1; Vaudenay, CRYPTO 2005).
    answer last       n = k, m = T  The ordinary offer and answer: y goes out with the offer, before b is known. Then
                                    code(y, b) is a fixed target, and x is searched for while the caller waits. Tries
                                    made before the answer count too: code(a, x) needs the offer only.
    known in advance  n + m = T     Both a and b are known before y is fixed: certificates used again, or another offer
                                    in the same call. A table of n codes, and m against it: the birthday attack
                                    of RFC 6189 section 4.4.1.1. n is at most what the memory holds.

k is how many certificates B accepts for the other side: the offer may list several fingerprints (RFC 8122 section 5.1),
each is another y. T is rate × seconds. Memory only limits the simplest search: van Oorschot and Wiener (Journal of
Cryptology 12, 1999) meet in the middle with little of it, at a few times the work.

A number made of one key alone is different: its target is fixed by somebody else's key, whatever the order. Where there
are two of them, each must be hit for itself, and the tries are divided between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import expm1, isfinite, log1p, sqrt
from typing import Final

from .scheme import Made, Scheme

ENTRY_BYTES: Final = 16
"""Of one row of the table: 8 bytes of the code, 8 of what made it."""
MEMORY: Final = 2**40
"""Bytes (1 TiB): a well equipped single machine."""
MOST_FINGERPRINTS: Final = 100_000
"""Lines of 119 bytes each: no signalling carries 12 MB of them."""
HALF: Final = 0.5
NEARLY: Final = 0.999

_MOST: Final = 1e30


class Order(StrEnum):
    """What the interceptor knows when it must fix its own certificates, the least first."""

    BLIND = "blind"
    ANSWER_LAST = "answer-last"
    KNOWN_IN_ADVANCE = "known-in-advance"


@dataclass(frozen=True)
class Attacker:
    """`rate` in tries per second; `seconds` until the caller hangs up; `fingerprints` that the callee accepts for one
    side (only a code made of both keys gains by them); `memory` in bytes. ValueError for what is no such number."""

    rate: float
    seconds: float
    fingerprints: int = 1
    memory: int = MEMORY

    def __post_init__(self) -> None:
        if not isfinite(self.rate) or not 1 <= self.rate <= _MOST:
            raise ValueError(f"a rate is a number of tries per second from 1 to {_MOST:g}, not {self.rate:g}")
        if not isfinite(self.seconds) or not 0 <= self.seconds <= _MOST:
            raise ValueError(f"a caller waits a number of seconds from 0 to {_MOST:g}, not {self.seconds:g}")
        if not 1 <= self.fingerprints <= MOST_FINGERPRINTS:
            raise ValueError(f"an endpoint accepts 1 to {MOST_FINGERPRINTS} fingerprints, not {self.fingerprints}")
        if self.memory < ENTRY_BYTES:
            raise ValueError(f"a table of {self.memory} bytes holds nothing: an entry has {ENTRY_BYTES}")

    @property
    def tries(self) -> float:
        """How many it makes during one call."""
        return self.rate * self.seconds

    @property
    def entries(self) -> int:
        """What its table holds."""
        return self.memory // ENTRY_BYTES


@dataclass(frozen=True)
class Price:
    """What a wanted chance costs: `calls` that must be intercepted, and for each `tries` of ours, `seconds` at the
    attacker's rate, `memory` in bytes. None: no computing helps."""

    calls: float
    tries: float | None = None
    seconds: float | None = None
    memory: float | None = None


def chance(scheme: Scheme, order: Order, attacker: Attacker) -> float:
    """That both screens of one intercepted call show the same code: above 0, at most 1, however small."""
    order = effective(scheme, order)
    if scheme.made is Made.OF_BOTH_KEYS:
        return _hit(_pairs(order, attacker, scheme.work), scheme)
    numbers = scheme.made.numbers
    tries = 1.0 if order is Order.BLIND else max(1.0, attacker.tries / scheme.work / numbers)
    return float(_hit(tries, scheme) ** numbers)


def price(scheme: Scheme, order: Order, attacker: Attacker, wanted: float) -> Price:
    """What a chance of `wanted` (between 0 and 1) costs, whatever time it takes. The caller's patience is not asked.

    Where nothing can be tried, it is paid in calls: each of them shows two different codes to two people.
    """
    if not 0 < wanted < 1:
        raise ValueError(f"a chance lies between 0 and 1, not at {wanted:g}")
    order = effective(scheme, order)
    if order is Order.BLIND:
        once = chance(scheme, order, attacker)
        return Price(calls=1.0 if once >= wanted else log1p(-wanted) / log1p(-once))
    if scheme.made is not Made.OF_BOTH_KEYS:
        numbers = scheme.made.numbers
        return _priced(attacker, numbers * _needed(wanted ** (1 / numbers), scheme) * scheme.work)
    pairs = _needed(wanted, scheme)
    last = max(1.0, pairs / attacker.fingerprints)
    table = min(sqrt(pairs), attacker.entries)
    if order is Order.ANSWER_LAST or last <= table + pairs / table:
        return _priced(attacker, last * scheme.work)
    return _priced(attacker, (table + pairs / table) * scheme.work, table * ENTRY_BYTES)


def effective(scheme: Scheme, order: Order) -> Order:
    """What the order of events comes to: behind a commitment everybody is blind."""
    return Order.BLIND if scheme.commitment else order


def _pairs(order: Order, attacker: Attacker, work: int) -> float:
    """How many pairs of certificates of its own the interceptor can compare in one call: one pair has to be shown."""
    if order is Order.BLIND:
        return attacker.fingerprints
    tries = max(1.0, attacker.tries / work)
    last = attacker.fingerprints * tries
    if order is Order.ANSWER_LAST:
        return last
    table = min(tries / 2, attacker.entries)
    return max(last, table * (tries - table))


def _hit(pairs: float, scheme: Scheme) -> float:
    return -expm1(pairs * log1p(-1 / scheme.codes))


def _needed(wanted: float, scheme: Scheme) -> float:
    """The inverse of `_hit`, but one try at least."""
    return max(1.0, log1p(-wanted) / log1p(-1 / scheme.codes))


def _priced(attacker: Attacker, tries: float, memory: float | None = None) -> Price:
    return Price(calls=1.0, tries=tries, seconds=tries / attacker.rate, memory=memory)
