"""The search for a certificate: what it finds is one, of the same key, and gives the wanted digits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.adversaries.certificate import fresh_identity
from harness.adversaries.grinding import Agreement, coding, grind
from harness.codes.teams20 import code, short_code, thumbprint
from harness.model.base import Role

CALLER, CALLEE = bytes(range(32)), bytes(range(32, 64))
WANTED = int(code(CALLER, CALLEE))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("digits", [4, 5])
def test_what_is_found_is_a_certificate_of_the_same_key_with_the_wanted_short_code(digits: int) -> None:
    identity = fresh_identity(NOW)
    found = grind(identity, coding(CALLER, Role.CALLER), WANTED, Agreement(last=digits))
    assert found is not None
    assert short_code(CALLER, thumbprint(found.identity.der), digits) == short_code(CALLER, CALLEE, digits)
    assert found.identity.certificate.public_key() == identity.certificate.public_key()
    assert found.identity.key is identity.key


def test_the_search_goes_for_the_callers_place_as_well() -> None:
    found = grind(fresh_identity(NOW), coding(CALLEE, Role.CALLEE), WANTED, Agreement(last=4))
    assert found is not None
    assert short_code(thumbprint(found.identity.der), CALLEE, 4) == short_code(CALLER, CALLEE, 4)


def test_first_and_last_digits_can_be_wanted_together() -> None:
    found = grind(fresh_identity(NOW), coding(CALLER, Role.CALLER), WANTED, Agreement(first=2, last=2))
    assert found is not None
    digits, wanted = code(CALLER, thumbprint(found.identity.der)), code(CALLER, CALLEE)
    assert (digits[:2], digits[-2:]) == (wanted[:2], wanted[-2:])


def test_no_more_is_tried_than_is_allowed_and_the_tries_are_counted() -> None:
    identity, code_of = fresh_identity(NOW), coding(CALLER, Role.CALLER)
    found = grind(identity, code_of, WANTED, Agreement(last=2))
    assert found is not None
    assert grind(identity, code_of, WANTED, Agreement(last=2), most=found.tries - 1) is None
    assert grind(identity, code_of, WANTED, Agreement(last=2), most=found.tries) is not None
