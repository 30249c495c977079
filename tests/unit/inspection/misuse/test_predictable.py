"""Many calls side by side: what repeats or can be foretold is found, and a thousand honest calls are not accused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.misuse import predictable
from harness.inspection.misuse.generations import HELLO_RETRY
from harness.inspection.traces import SideTraces
from harness.model.finding import Reason
from tests.unit.wire.openssl_pair import identity


def call(number: int, dice: Random, **more: object) -> SideTraces:
    """One side of an honest call: everything drawn anew, the time in front of the random (RFC 5246)."""
    made = SideTraces(
        call=f"call {number}",
        side=f"call {number}, client",
        random=(1_700_000_000 + number).to_bytes(4, "big") + dice.randbytes(28),
        ufrag=dice.randbytes(3).hex(),
        password=dice.randbytes(12).hex(),
        ssrcs=(dice.getrandbits(32), dice.getrandbits(32)),
        sequences=(dice.getrandbits(15),),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def reasons(*sides: SideTraces) -> list[tuple[Reason, str]]:
    return [(finding.reason, finding.severity.value) for finding in predictable(sides)]


PREDICTABLE = (Reason.RANDOM_PREDICTABLE, "alarm")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([1, 2, 10, 300]))
def test_honest_calls_are_quiet(seed: int, calls: int) -> None:
    random = Random(seed)
    assert reasons(*(call(number, random) for number in range(calls))) == []


def test_one_call_in_two_captures_is_one_call() -> None:
    one = call(1, Random(1), certificate=identity("alice").der)
    assert reasons(one, replace(one, side="call 1, client, seen by bob")) == []


def test_a_certificate_in_two_calls() -> None:
    alice = identity("alice").der
    sides = [call(number, Random(number), certificate=alice) for number in range(2)]
    assert reasons(*sides) == [(Reason.CERTIFICATE_REUSED, "notice")]


def test_a_public_key_in_two_certificates() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    sides = [call(number, Random(number), certificate=identity("a", key).der) for number in range(2)]
    assert reasons(*sides) == [(Reason.CERTIFICATE_REUSED, "notice")]


def scalars(*found: int) -> list[SideTraces]:
    keys = [ec.derive_private_key(scalar, ec.SECP256R1()) for scalar in found]
    return [call(at, Random(at), certificate=identity("x", key).der) for at, key in enumerate(keys)]


@pytest.mark.parametrize("found", [(7, 2**250), (2**250, 2**250 + 1)])
def test_a_predictable_certificate_key(found: tuple[int, int]) -> None:
    assert reasons(*scalars(*found)) == [(Reason.CERTIFICATE_KEY_PREDICTABLE, "alarm")]


def hellos(make: Callable[[int, Random], bytes], calls: int = 8) -> list[SideTraces]:
    random = Random(3)
    return [call(number, random, random=bytes(4) + make(number, random)) for number in range(calls)]


def test_one_random_in_two_calls() -> None:
    assert reasons(*hellos(lambda number, _: Random(1).randbytes(28), calls=2)) == [PREDICTABLE]


@pytest.mark.parametrize("order", ["big", "little"])
def test_a_random_that_counts(order: str) -> None:
    found = reasons(*hellos(lambda number, _: (2**180 + 3 * number).to_bytes(28, order), calls=3))  # type: ignore[arg-type]
    assert PREDICTABLE in found


def test_a_random_of_few_byte_values() -> None:
    assert reasons(*hellos(lambda _, random: bytes(random.choices(b"0123456789", k=28)), calls=1)) == [PREDICTABLE]


def test_a_random_with_a_constant_part() -> None:
    assert reasons(*hellos(lambda _, random: b"seed" + random.randbytes(24))) == [PREDICTABLE]


def test_the_mark_of_a_downgrade_is_no_constant_part() -> None:
    """RFC 8446 section 4.1.3: a server that could do better writes DOWNGRD into its random."""
    assert reasons(*hellos(lambda _, random: random.randbytes(20) + b"DOWNGRD\x01")) == []
    assert reasons(*hellos(lambda _, random: b"seed" + random.randbytes(16) + b"DOWNGRD\x01")) == [PREDICTABLE]


def test_the_random_of_a_hello_retry_is_the_same_for_everybody() -> None:
    assert reasons(*(call(number, Random(number), random=HELLO_RETRY) for number in range(9))) == []


def test_an_ice_password_in_two_calls_is_told_without_the_password() -> None:
    sides = [call(number, Random(number), password="dontyoutellanybody") for number in range(2)]
    (finding,) = predictable(sides)
    assert finding.reason is Reason.RANDOM_PREDICTABLE
    assert "dontyou" not in f"{finding.detail}{sides!r}"


def test_numbers_that_count_from_call_to_call() -> None:
    notice = (Reason.RANDOM_PREDICTABLE, "notice")
    assert reasons(*(call(n, Random(n), ssrcs=(5_000 + n,)) for n in range(6))) == [notice]
    assert reasons(*(call(n, Random(n), ssrcs=(5_000 + n * n,)) for n in range(2))) == [notice]
    assert reasons(*(call(n, Random(n), sequences=(1,)) for n in range(4))) == [notice]
    assert reasons(*(call(n, Random(n), sequences=(100 * n,)) for n in range(6))) == [notice]
