"""STUN messages that were written are read by our reader and by aioice's, which share nothing."""

from __future__ import annotations

import pytest
from aioice import stun as aioice

from harness.wire import stun
from harness.wire.stun_writer import error_code, written, xor_address

TRANSACTION = bytes(range(12))
KEY = b"the password of the answering side"


def test_a_success_tells_the_address_it_came_from_and_is_authentic() -> None:
    data = written(
        stun.Method.BINDING,
        stun.StunClass.SUCCESS,
        TRANSACTION,
        [xor_address("XOR-MAPPED-ADDRESS", ("127.0.9.1", 40_001))],
        KEY,
    )
    message = stun.parse(data)
    assert (message.method, message.klass, message.transaction_id) == (
        stun.Method.BINDING,
        stun.StunClass.SUCCESS,
        TRANSACTION,
    )
    assert message.xor_mapped_address == ("127.0.9.1", 40_001)
    assert stun.integrity_holds(data, KEY)
    assert not stun.integrity_holds(data, b"another")
    assert stun.fingerprint_holds(data)


def test_an_implementation_of_others_takes_it() -> None:
    data = written(
        stun.Method.BINDING,
        stun.StunClass.SUCCESS,
        TRANSACTION,
        [xor_address("XOR-MAPPED-ADDRESS", ("192.0.2.77", 3_478))],
        KEY,
    )
    message = aioice.parse_message(data)
    assert message.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.77", 3_478)
    assert message.check_message_integrity(KEY)


@pytest.mark.parametrize("method", [stun.Method.BINDING, stun.Method.CHANNEL_BIND, 0xFFF, 0x0F0])
@pytest.mark.parametrize("klass", list(stun.StunClass))
def test_every_method_and_class_comes_back(method: int, klass: stun.StunClass) -> None:
    message = stun.parse(written(method, klass, TRANSACTION, [], None))
    assert (message.method, message.klass) == (method, klass)


def test_an_error_names_its_code() -> None:
    data = written(stun.Method.BINDING, stun.StunClass.ERROR, TRANSACTION, [error_code(487, "Role Conflict")], KEY)
    assert stun.parse(data).error_code == 487
    assert aioice.parse_message(data).attributes["ERROR-CODE"] == (487, "Role Conflict")


def test_a_transaction_has_twelve_bytes() -> None:
    with pytest.raises(ValueError, match="12 bytes, not 3"):
        written(stun.Method.BINDING, stun.StunClass.ERROR, b"abc", [], None)
