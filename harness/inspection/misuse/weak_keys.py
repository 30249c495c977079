"""Public keys whose private key can be worked out: shared primes, neighbouring primes, small or counted scalars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import gcd, isqrt
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_BABY_STEPS: Final = 1_024
_GIANT_STEPS: Final = 64
SMALL: Final = _BABY_STEPS * _GIANT_STEPS
"""Private scalars up to here are found."""

_FERMAT_STEPS: Final = 1_000
_FIELDS: Final = {
    "secp256r1": 2**256 - 2**224 + 2**192 + 2**96 - 1,
    "secp384r1": 2**384 - 2**128 - 2**96 + 2**32 - 1,
    "secp521r1": 2**521 - 1,
}
"""Primes of the fields (FIPS 186-4 appendix D.1.2); on all three curves a is -3."""

_CURVES: Final = {curve.name: curve for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1())}

Point = tuple[int, int] | None
"""None is the point at infinity."""


@dataclass(frozen=True, slots=True)
class RsaKey:
    modulus: int


@dataclass(frozen=True, slots=True)
class EcKey:
    curve: str
    x: int
    y: int


PublicKey = RsaKey | EcKey


def public_key(der: bytes) -> PublicKey | None:
    """The public key of a DER certificate; None when it is not one, or holds a key of another kind."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    if isinstance(key, RSAPublicKey):
        return RsaKey(key.public_numbers().n)
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _FIELDS:
        numbers = key.public_numbers()
        return EcKey(key.curve.name, numbers.x, numbers.y)
    return None


def shared_factors(moduli: Sequence[int]) -> dict[int, int]:
    """A factor of each modulus that has one in common with another (Bernstein's batch GCD); equal moduli count once."""
    distinct = sorted(set(moduli))
    if len(distinct) < 2:
        return {}
    levels = [distinct]
    while len(levels[-1]) > 1:
        row = levels[-1]
        levels.append([row[at] * row[at + 1] if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)])
    remainders = levels[-1]
    for row in reversed(levels[:-1]):
        remainders = [remainders[at // 2] % (value * value) for at, value in enumerate(row)]
    found = {}
    for modulus, remainder in zip(distinct, remainders, strict=True):
        factor = gcd(remainder // modulus, modulus)
        if factor > 1:
            found[modulus] = factor
    return found


def neighbouring_primes(modulus: int) -> bool:
    """Whether Fermat's method factors the modulus at once: its two primes lie close together."""
    if modulus % 2 == 0:
        return True
    middle = isqrt(modulus - 1) + 1
    for step in range(_FERMAT_STEPS):
        square = (middle + step) ** 2 - modulus
        if isqrt(square) ** 2 == square:
            return True
    return False


def small_scalar(key: EcKey) -> int | None:
    """The private scalar, when it lies between 1 and SMALL (baby steps and giant steps)."""
    return _small_multiple(key.curve, (key.x, key.y))


def small_difference(one: EcKey, other: EcKey) -> int | None:
    """How far two private scalars lie apart, when that is at most SMALL; None for other curves."""
    if one.curve != other.curve:
        return None
    field = _FIELDS[one.curve]
    for first, second in ((one, other), (other, one)):
        apart = _small_multiple(one.curve, _add((first.x, first.y), (second.x, -second.y % field), field))
        if apart is not None:
            return apart
    return None


def _small_multiple(curve: str, point: Point) -> int | None:
    """k where the point is k times the base point and k is small; None otherwise."""
    field, (babies, giants) = _FIELDS[curve], _steps(curve)
    if point in babies:
        return babies[point]
    x, y = point or (0, 0)  # infinity is among the babies
    # No giant step away is the point itself, or its opposite: such a point is among the last babies of the step before.
    tried = [(number, back) for number, back in enumerate(giants, 1) if back[0] != x]
    inverses = _inverses([back[0] - x for _, back in tried], field)
    for (number, (back_x, back_y)), inverse in zip(tried, inverses, strict=True):
        slope = (back_y - y) * inverse % field
        nearer = (slope * slope - x - back_x) % field
        if (baby := babies.get((nearer, (slope * (x - nearer) - y) % field))) is not None:
            return number * _BABY_STEPS + baby
    return None


@lru_cache(maxsize=len(_FIELDS))
def _steps(curve: str) -> tuple[dict[Point, int], tuple[tuple[int, int], ...]]:
    """k times the base point, for k from 0 to _BABY_STEPS; and how far back 1, 2, 3 … giant steps lead."""
    field = _FIELDS[curve]
    babies: dict[Point, int] = {None: 0}
    babies |= {_multiple(curve, k): k for k in range(1, _BABY_STEPS + 1)}
    ahead = (_multiple(curve, _BABY_STEPS * number) for number in range(1, _GIANT_STEPS))
    return babies, tuple((x, -y % field) for x, y in ahead)


def _multiple(curve: str, k: int) -> tuple[int, int]:
    numbers = ec.derive_private_key(k, _CURVES[curve]).public_key().public_numbers()
    return numbers.x, numbers.y


def _inverses(values: Sequence[int], field: int) -> list[int]:
    """1 / value of each, for one inversion and three multiplications each (Montgomery, Mathematics of Computation 48,
    1987, section 10.3.1). An inversion takes as long as forty multiplications."""
    products = list(accumulate(values, lambda one, other: one * other % field, initial=1))
    left = pow(products.pop(), -1, field)
    found = []
    for value, before in zip(reversed(values), reversed(products), strict=True):
        found.append(left * before % field)
        left = left * value % field
    return found[::-1]


def _add(one: Point, other: Point, field: int) -> Point:
    """The group law of y^2 = x^3 - 3x + b in affine coordinates (SEC 1 section 2.2.1)."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % field == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, field) if one == other else (y2 - y1) * pow(x2 - x1, -1, field)
    x3 = (slope * slope - x1 - x2) % field
    return x3, (slope * (x1 - x3) - y1) % field
