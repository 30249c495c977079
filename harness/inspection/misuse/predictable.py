"""Many calls side by side: certificates that come back, keys and random numbers that can be foretold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal

from ...model.finding import CALL_WIDE, Finding, Reason
from ...model.voice import Voice, counted
from ..traces import SideTraces, maybe, named, shared
from .chance import SUSPICIOUS, closest, constant_places, constant_step, most_common, repeated_byte_values
from .findings import NAME
from .generations import HELLO_RETRY
from .weak_keys import (
    EcKey,
    PublicKey,
    RsaKey,
    neighbouring_primes,
    public_key,
    shared_factors,
    small_difference,
    small_scalar,
)

MAX_SIDES: Final = 10_000
MAX_WORKED_ON: Final = 500
"""Distinct public keys on which discrete logarithms and factors are tried."""

_CLOCK: Final = slice(4, None)
"""The first four bytes of a hello's random may be the time (RFC 5246 section 7.4.1.2)."""
_DOWNGRADE: Final = b"DOWNGRD"
_MARK_BYTES: Final = 8
"""A server that could do better ends its random with this mark and one byte (RFC 8446 section 4.1.3)."""
_ENOUGH: Final = 8
"""Randoms from which a constant place is no accident."""

_say = Voice(NAME)


def predictable(traces: Sequence[SideTraces]) -> tuple[Finding, ...]:
    """Findings about the calls of one audit, from everything that they showed of themselves."""
    looked, left = traces[:MAX_SIDES], len(traces) - MAX_SIDES
    found = [*_certificates(looked), *_keys(looked), *_randoms(looked), *_credentials(looked), *_numbers(looked)]
    if left > 0:
        detail = f"{counted(left, 'side')} of calls beyond {MAX_SIDES} were not compared"
        found.append(_say.inconclusive(Reason.LIMIT_REACHED, CALL_WIDE, detail))
    return tuple(found)


def _certificates(traces: Sequence[SideTraces]) -> Iterator[Finding]:
    again = shared(traces, lambda one: maybe(one.certificate))
    for sides in again.values():
        detail = f"one certificate in {counted(len(sides), 'call')}: {named(sides)}"
        yield _say.notice(Reason.CERTIFICATE_REUSED, CALL_WIDE, detail)
    for sides in shared([one for one in traces if one.certificate not in again], _key_of).values():
        detail = f"different certificates with one public key in {counted(len(sides), 'call')}: {named(sides)}"
        yield _say.notice(Reason.CERTIFICATE_REUSED, CALL_WIDE, detail)


def _key_of(one: SideTraces) -> tuple[PublicKey, ...]:
    return maybe(None if one.certificate is None else public_key(one.certificate))


def _keys(traces: Sequence[SideTraces]) -> Iterator[Finding]:
    owners: dict[PublicKey, SideTraces] = {}
    for one in traces:
        for key in _key_of(one):
            owners.setdefault(key, one)
    keys = list(owners)
    if len(keys) > MAX_WORKED_ON:
        detail = f"only the first {MAX_WORKED_ON} of {len(keys)} public keys were tried for a predictable private key"
        yield _say.inconclusive(Reason.LIMIT_REACHED, CALL_WIDE, detail)
    tried = keys[:MAX_WORKED_ON]
    yield from _rsa([key for key in tried if isinstance(key, RsaKey)], owners)
    yield from _curves([key for key in tried if isinstance(key, EcKey)], owners)


def _rsa(keys: Sequence[RsaKey], owners: dict[PublicKey, SideTraces]) -> Iterator[Finding]:
    common = shared_factors([key.modulus for key in keys])
    for key in keys:
        if key.modulus in common:
            yield _weak(owners[key], "shares a prime with another key, so both private keys are known to everybody")
        elif neighbouring_primes(key.modulus):
            yield _weak(owners[key], "has primes so close together that Fermat's method finds them at once")


def _curves(keys: Sequence[EcKey], owners: dict[PublicKey, SideTraces]) -> Iterator[Finding]:
    for key in keys:
        if small_scalar(key) is not None:
            yield _weak(owners[key], "belongs to a private key so small that it is found by trying")
    for before, now in pairwise(keys):
        if small_difference(before, now) is not None:
            yield _weak(
                owners[now], f"belongs to a private key next to that of {owners[before].side}: they are counted"
            )


def _weak(side: SideTraces, why: str) -> Finding:
    return _say.alarm(Reason.CERTIFICATE_KEY_PREDICTABLE, CALL_WIDE, f"the certificate key of {side.side} {why}")


def _randoms(traces: Sequence[SideTraces]) -> Iterator[Finding]:
    with_random = [one for one in traces if one.random is not None and one.random != HELLO_RETRY]
    for sides in shared(with_random, lambda one: maybe(_fresh(one))).values():
        yield _alarm(f"one hello random in {counted(len(sides), 'call')}: {named(sides)}")
    for one in with_random:
        if repeated_byte_values(_fresh(one)) < SUSPICIOUS:
            yield _alarm(f"the hello random of {one.side} has only {len(set(_fresh(one)))} different byte values")
    marked = any(_DOWNGRADE in _fresh(one) for one in with_random)
    fresh = sorted({_fresh(one)[: -_MARK_BYTES if marked else None] for one in with_random})
    places, chance = constant_places(fresh)
    if len(fresh) >= _ENOUGH and places and chance < SUSPICIOUS:
        yield _alarm(f"{counted(len(places), 'byte')} of the hello random never changed over {len(fresh)} hellos")
    else:
        yield from _counted(fresh)


def _fresh(one: SideTraces) -> bytes:
    return (one.random or b"")[_CLOCK]


def _counted(randoms: Sequence[bytes]) -> Iterator[Finding]:
    bits = 8 * max(map(len, randoms), default=0)
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    for order in orders:
        near = closest([int.from_bytes(random, order) for random in randoms], bits)
        if near and near[2] < SUSPICIOUS:
            yield _alarm(f"two hello randoms are only {near[1] - near[0]:.3g} apart as numbers ({order}-endian)")


def _credentials(traces: Sequence[SideTraces]) -> Iterator[Finding]:
    for sides in shared(traces, lambda one: maybe(one.password)).values():
        yield _alarm(f"one ICE password in {counted(len(sides), 'call')}: {named(sides)}")


def _numbers(traces: Sequence[SideTraces]) -> Iterator[Finding]:
    """SSRCs and first sequence numbers, one of each call (RFC 3550 sections 5.1 and 8.1)."""
    for what, numbers, bits in (
        ("SSRC", _first_of_each(traces, lambda one: one.ssrcs), 32),
        ("first sequence number", _first_of_each(traces, lambda one: one.sequences), 16),
    ):
        common, step, near = most_common(numbers, bits), constant_step(numbers, bits), closest(numbers, bits)
        if common and common[1] > 1 and common[2] < SUSPICIOUS:
            yield _notice(f"{common[1]} of {len(numbers)} calls have the same {what}, {common[0]}")
        elif step and step[1] < SUSPICIOUS:
            yield _notice(f"over {len(numbers)} calls the {what} went up by {step[0]} from each to the next")
        elif near and near[2] < SUSPICIOUS:
            yield _notice(f"two of {len(numbers)} calls have a {what} that differs by {near[1] - near[0]} only")


def _first_of_each(traces: Sequence[SideTraces], of: Callable[[SideTraces], Sequence[int]]) -> list[int]:
    """The first number of each call, in the order of the calls."""
    firsts: dict[str, int] = {}
    for one in traces:
        for number in of(one)[:1]:
            firsts.setdefault(one.call, number)
    return list(firsts.values())


def _alarm(detail: str) -> Finding:
    return _say.alarm(Reason.RANDOM_PREDICTABLE, CALL_WIDE, detail)


def _notice(detail: str) -> Finding:
    return _say.notice(Reason.RANDOM_PREDICTABLE, CALL_WIDE, detail)
