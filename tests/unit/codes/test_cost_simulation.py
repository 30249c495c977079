"""The formulae against the thing itself: attacks on short codes, made again and again with the real derivations.

Each attack follows its order of events literally, with certificates drawn at random, and is counted. The formula must
lie in the exact binomial interval (Clopper and Pearson, 1934) of 99.99 % around what was counted, and the formulae that
one could have taken for it must not. The draws are seeded: the outcome is the same every time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

import pytest
from scipy.special import betaincinv

from harness.codes.cost import ENTRY_BYTES, Attacker, Order, chance
from harness.codes.scheme import Made, Scheme, teams20
from harness.codes.sisters import signal_half
from harness.codes.teams20 import THUMBPRINT_BYTES, digest, short_code

CONFIDENCE = 0.9999
SHORT = {digits: replace(teams20(4), codes=10**digits) for digits in (2, 3)}
Attack = Callable[[Random], bool]


def interval(hits: int, attacks: int) -> tuple[float, float]:
    """Clopper and Pearson: every chance for which so few or so many hits are not too unlikely."""
    tail = (1 - CONFIDENCE) / 2
    low = betaincinv(hits, attacks - hits + 1, tail) if hits else 0.0
    high = betaincinv(hits + 1, attacks - hits, 1 - tail) if hits < attacks else 1.0
    return float(low), float(high)


def count(attack: Attack, attacks: int) -> tuple[float, float]:
    random = Random(20)
    return interval(sum(attack(random) for _ in range(attacks)), attacks)


def certificate(random: Random) -> bytes:
    """A thumbprint: SHA-256 makes that of any certificate look like this."""
    return random.randbytes(THUMBPRINT_BYTES)


@dataclass(frozen=True)
class Short:
    """A code of two or three digits: what no one would show on a screen, but shows an attack in a thousand tries."""

    digits: int

    def code(self, caller: bytes, callee: bytes) -> int:
        return int.from_bytes(digest(caller, callee), "big") % self.scheme.codes

    @property
    def scheme(self) -> Scheme:
        return SHORT[self.digits]


def blind(short: Short, fingerprints: int) -> Attack:
    """Everything is fixed before anything is known; B accepts any of the certificates that the offer lists."""

    def attack(random: Random) -> bool:
        listed, towards_a = [certificate(random) for _ in range(fingerprints)], certificate(random)
        a, b = certificate(random), certificate(random)
        return short.code(a, towards_a) in {short.code(y, b) for y in listed}

    return attack


def answer_last(short: Short, fingerprints: int, tries: int) -> Attack:
    """A's offer goes on with certificates of the interceptor; B's answer comes; then it searches for another one."""

    def attack(random: Random) -> bool:
        a = certificate(random)
        listed = [certificate(random) for _ in range(fingerprints)]
        b = certificate(random)
        targets = {short.code(y, b) for y in listed}
        return any(short.code(a, certificate(random)) in targets for _ in range(tries))

    return attack


def known_in_advance(digits: int, table: int, tries: int) -> Attack:
    """Both certificates are there; a table of codes towards B, and then others towards A until one is in it."""

    def attack(random: Random) -> bool:
        a, b = certificate(random), certificate(random)
        held = {short_code(certificate(random), b, digits) for _ in range(table)}
        return any(short_code(a, certificate(random), digits) in held for _ in range(tries - table))

    return attack


def test_blind() -> None:
    low, high = count(blind(Short(2), 1), 40_000)
    assert low <= chance(Short(2).scheme, Order.BLIND, Attacker(1e9, 1e9)) <= high
    assert not low <= 2 / 100 <= high


def test_blind_with_several_fingerprints() -> None:
    low, high = count(blind(Short(2), 5), 20_000)
    assert low <= chance(Short(2).scheme, Order.BLIND, Attacker(1, 1, fingerprints=5)) <= high
    for wrong in (4, 6, 1):
        assert not low <= chance(Short(2).scheme, Order.BLIND, Attacker(1, 1, fingerprints=wrong)) <= high


def test_the_answer_last() -> None:
    low, high = count(answer_last(Short(3), 1, 300), 3000)
    assert low <= chance(Short(3).scheme, Order.ANSWER_LAST, Attacker(100, 3)) <= high
    # The first term of the series alone, half of the tries, a birthday among the tries.
    for wrong in (300 / 1000, 1 - 0.999**150, 1 - 0.999 ** (150 * 150)):
        assert not low <= wrong <= high


def test_the_answer_last_with_several_fingerprints() -> None:
    low, high = count(answer_last(Short(3), 4, 60), 4000)
    assert low <= chance(Short(3).scheme, Order.ANSWER_LAST, Attacker(60, 1, fingerprints=4)) <= high
    for wrong in (1 - 0.999**60, 1 - 0.999 ** (60 + 4), 1 - 0.999 ** (60 * 5)):
        assert not low <= wrong <= high


def test_the_answer_last_on_a_short_code_as_it_is_shown() -> None:
    """Four digits, with the function that a live attack is made against."""

    def attack(random: Random) -> bool:
        a, y = certificate(random), certificate(random)
        target = short_code(y, certificate(random), 4)
        return any(short_code(a, certificate(random), 4) == target for _ in range(1500))

    low, high = count(attack, 600)
    assert low <= chance(teams20(4), Order.ANSWER_LAST, Attacker(1500, 1)) <= high
    assert not low <= chance(teams20(5), Order.ANSWER_LAST, Attacker(1500, 1)) <= high
    assert not low <= chance(teams20(4), Order.ANSWER_LAST, Attacker(4500, 1)) <= high


def test_known_in_advance() -> None:
    low, high = count(known_in_advance(4, table=60, tries=120), 3000)
    assert low <= chance(teams20(4), Order.KNOWN_IN_ADVANCE, Attacker(120, 1)) <= high
    # Without the table; all tries in both tables; a birthday among all of them.
    for pairs in (120, 120 * 120, 120 * 119 / 2):
        assert not low <= 1 - 0.9999**pairs <= high


def test_known_in_advance_with_little_memory() -> None:
    attacker = Attacker(240, 1, memory=20 * ENTRY_BYTES)
    low, high = count(known_in_advance(4, table=20, tries=240), 2000)
    assert low <= chance(teams20(4), Order.KNOWN_IN_ADVANCE, attacker) <= high
    assert not low <= chance(teams20(4), Order.KNOWN_IN_ADVANCE, Attacker(240, 1)) <= high


def committed(short: Short, tries: int, checked: bool) -> Attack:
    """As in ZRTP (RFC 6189 section 4.4.1.1): A commits itself to a; the interceptor must commit itself to a y before it
    sees b, and must show A an x before it sees a. Then it searches for another y. B checks the commitment."""

    def attack(random: Random) -> bool:
        a, y = certificate(random), certificate(random)
        commitment = sha256(y).digest()
        b, x = certificate(random), certificate(random)
        others = [certificate(random) for _ in range(tries - 1)]
        accepted = [one for one in (y, *others) if not checked or sha256(one).digest() == commitment]
        return any(short.code(one, b) == short.code(a, x) for one in accepted)

    return attack


def test_behind_a_commitment_the_search_is_for_nothing() -> None:
    short, attacker = Short(2), Attacker(30, 1)
    low, high = count(committed(short, 30, checked=True), 8000)
    for order in Order:
        assert low <= chance(replace(short.scheme, commitment=True), order, attacker) <= high


def test_a_commitment_that_nobody_checks_is_none() -> None:
    short, attacker = Short(2), Attacker(30, 1)
    low, high = count(committed(short, 30, checked=False), 4000)
    assert low <= chance(short.scheme, Order.ANSWER_LAST, attacker) <= high
    assert not low <= chance(replace(short.scheme, commitment=True), Order.ANSWER_LAST, attacker) <= high


def test_a_number_for_each_key_must_be_hit_twice() -> None:
    """Signal's derivation, with one digit of each half and one iteration: each try is worth one of ours."""
    scheme = Scheme("short", 10, False, "", made=Made.OF_EACH_KEY)

    def half(random: Random, person: bytes) -> str:
        return signal_half(person, b"\x05" + random.randbytes(32), iterations=1)[-1]

    def attack(random: Random) -> bool:
        alice, bob = half(random, b"alice"), half(random, b"bob")
        return all(
            any(half(random, who) == wanted for _ in range(8)) for who, wanted in ((b"alice", alice), (b"bob", bob))
        )

    low, high = count(attack, 4000)
    for order in (Order.ANSWER_LAST, Order.KNOWN_IN_ADVANCE):
        assert low <= chance(scheme, order, Attacker(16, 1)) <= high
    # Both with all tries; the 60 digits as one number.
    for wrong in ((1 - 0.9**16) ** 2, 1 - 0.99**16, 1 - 0.9**16):
        assert not low <= wrong <= high


def test_the_interval_is_that_of_clopper_and_pearson() -> None:
    # By hand: with no hit in n, the upper end is 1 - tail^(1/n).
    tail = (1 - CONFIDENCE) / 2
    low, high = interval(0, 50)
    assert low == 0
    assert high == pytest.approx(1 - tail ** (1 / 50))
    low, high = interval(50, 50)
    assert low == pytest.approx(tail ** (1 / 50))
    assert high == 1
