"""A lite agent answers checks that know its password, and refuses the others by name."""

from __future__ import annotations

import pytest

from harness.wire import stun
from harness.wire.ice_lite import Credentials, asked_of, checked
from harness.wire.stun_writer import written

OWN = Credentials("service", "the password of the service")
SOURCE = ("127.0.9.1", 40_000)
TRANSACTION = bytes(range(12))


def request(*attributes: tuple[str, bytes], key: str | None = OWN.password) -> bytes:
    return written(
        stun.Method.BINDING, stun.StunClass.REQUEST, TRANSACTION, attributes, None if key is None else key.encode()
    )


NAMED = ("USERNAME", b"service:device")


def test_a_check_that_knows_the_password_is_told_where_it_came_from() -> None:
    check = checked(request(NAMED, ("USE-CANDIDATE", b"")), SOURCE, OWN)
    assert check is not None
    assert (check.genuine, check.nominates) == (True, True)
    answer = stun.parse(check.answer)
    assert (answer.klass, answer.transaction_id) == (stun.StunClass.SUCCESS, TRANSACTION)
    assert answer.xor_mapped_address == SOURCE
    assert stun.integrity_holds(check.answer, OWN.password.encode())


def test_a_check_that_does_not_nominate_chooses_nothing() -> None:
    check = checked(request(NAMED), SOURCE, OWN)
    assert check is not None
    assert (check.genuine, check.nominates) == (True, False)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (request(NAMED, key="a guess"), 401),
        (request(("USERNAME", b"somebody:device")), 401),
        (request(("USERNAME", b"\xff\xfe")), 401),
        (request(NAMED, key=None), 400),
        (request(), 400),
        (request(NAMED, ("ICE-CONTROLLED", bytes(8))), 487),
    ],
    ids=["wrong password", "wrong name", "no text", "no integrity", "no name", "believes to be controlled"],
)
def test_any_other_request_is_refused_and_proves_nothing(data: bytes, code: int) -> None:
    check = checked(data, SOURCE, OWN)
    assert check is not None
    assert not check.genuine
    assert not check.nominates
    assert stun.parse(check.answer).error_code == code


def test_an_attribute_behind_the_signature_nominates_nobody() -> None:
    signed = stun.authenticated(request(NAMED))
    longer = signed[:2] + (len(signed) + 4 - stun.HEADER).to_bytes(2, "big") + signed[4:] + b"\x00\x25\x00\x00"
    assert stun.parse(longer).use_candidate
    check = checked(longer, SOURCE, OWN)
    assert check is not None
    assert (check.genuine, check.nominates) == (True, False)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 19, b"\x16\xfe\xff" + bytes(40), written(1, stun.StunClass.SUCCESS, TRANSACTION, [], None)],
)
def test_what_is_no_request_is_not_answered(data: bytes) -> None:
    assert asked_of(data) is None
    assert checked(data, SOURCE, OWN) is None


def test_credentials_are_long_enough_and_never_the_same() -> None:
    drawn = [Credentials.fresh() for _ in range(50)]
    assert len({one.password for one in drawn}) == len({one.fragment for one in drawn}) == 50
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/")
    for one in drawn:
        assert len(one.fragment) >= 4
        assert len(one.password) >= 22
        assert set(one.fragment + one.password) <= allowed, "RFC 8839 section 5.4"
        assert one.password not in repr(one)
