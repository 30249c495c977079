"""STUN against the test vectors of RFC 5769."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.wire import stun

PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")

# RFC 5769 section 2.1
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
# RFC 5769 section 2.2
IPV4_RESPONSE = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
# RFC 5769 section 2.3
IPV6_RESPONSE = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
VECTORS = [REQUEST, IPV4_RESPONSE, IPV6_RESPONSE]


def message(*attributes: tuple[int, bytes], kind: int = 0x0001) -> bytes:
    """A message without integrity and fingerprint."""
    body = b"".join(
        code.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
        for code, value in attributes
    )
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + bytes.fromhex("2112a442") + TRANSACTION + body


def test_the_sample_request() -> None:
    request = stun.parse(REQUEST)
    assert (request.method, request.klass) == (stun.Method.BINDING, stun.StunClass.REQUEST)
    assert request.transaction_id == TRANSACTION
    assert request.get("SOFTWARE") == b"STUN test client"
    assert request.username == "evtj:h6vY"
    assert request.priority == 0x6E0001FF
    assert request.ice_controlled == 0x932FF9B151263B36
    assert request.ice_controlling is None
    assert request.use_candidate is False
    assert request.xor_mapped_address is None
    assert request.error_code is None
    assert [stun.ATTRIBUTES[code] for code, _ in request.attributes] == [
        "SOFTWARE",
        "PRIORITY",
        "ICE-CONTROLLED",
        "USERNAME",
        "MESSAGE-INTEGRITY",
        "FINGERPRINT",
    ]


@pytest.mark.parametrize(
    ("data", "address"), [(IPV4_RESPONSE, "192.0.2.1"), (IPV6_RESPONSE, "2001:db8:1234:5678:11:2233:4455:6677")]
)
def test_the_sample_responses(data: bytes, address: str) -> None:
    response = stun.parse(data)
    assert (response.method, response.klass) == (stun.Method.BINDING, stun.StunClass.SUCCESS)
    assert response.xor_mapped_address == (address, 32853)
    assert response.get("SOFTWARE") == b"test vector"


@pytest.mark.parametrize("data", VECTORS)
def test_integrity_and_fingerprint_of_the_samples_hold(data: bytes) -> None:
    assert stun.integrity_holds(data, PASSWORD)
    assert stun.fingerprint_holds(data)


def test_integrity_needs_the_password() -> None:
    assert not stun.integrity_holds(REQUEST, PASSWORD[:-1])


@pytest.mark.parametrize("at", [8, 24, 40, 60, 80])
def test_one_flipped_bit_breaks_both(at: int) -> None:
    flipped = bytearray(REQUEST)
    flipped[at] ^= 1
    assert not stun.integrity_holds(bytes(flipped), PASSWORD)
    assert not stun.fingerprint_holds(bytes(flipped))


def test_a_message_without_them_does_not_hold() -> None:
    bare = message((0x0025, b""))
    assert not stun.integrity_holds(bare, PASSWORD)
    assert not stun.fingerprint_holds(bare)


def test_a_fingerprint_that_is_not_last_does_not_hold() -> None:
    longer = bytearray(REQUEST + bytes.fromhex("00250000"))
    longer[2:4] = (len(longer) - 20).to_bytes(2, "big")
    assert not stun.fingerprint_holds(bytes(longer))


def test_what_a_controlling_agent_sends() -> None:
    request = stun.parse(message((0x0025, b""), (0x802A, bytes(7) + b"\x05")))
    assert request.use_candidate
    assert request.ice_controlling == 5


def test_a_role_conflict() -> None:
    response = stun.parse(message((0x0009, bytes.fromhex("00000457") + b"Role Conflict"), kind=0x0111))
    assert (response.klass, response.error_code) == (stun.StunClass.ERROR, 487)
    assert stun.parse(message((0x0009, bytes.fromhex("00000457")))).error_code == 487


@pytest.mark.parametrize(
    ("kind", "method", "klass"),
    [
        (0x0003, stun.Method.ALLOCATE, stun.StunClass.REQUEST),
        (0x0016, stun.Method.SEND, stun.StunClass.INDICATION),
        (0x0109, stun.Method.CHANNEL_BIND, stun.StunClass.SUCCESS),
        (0x0118, stun.Method.CREATE_PERMISSION, stun.StunClass.ERROR),
        (0x3EEF, 0xFFF, stun.StunClass.REQUEST),
        (0x3FFF, 0xFFF, stun.StunClass.ERROR),
    ],
)
def test_method_and_class_are_interleaved(kind: int, method: int, klass: stun.StunClass) -> None:
    # RFC 8656 section 17 lists the TURN codes; the last two have all bits of the method set (RFC 8489 figure 3).
    parsed = stun.parse(message(kind=kind))
    assert (parsed.method, parsed.klass) == (method, klass)


def test_the_first_attribute_of_a_type_counts() -> None:
    assert stun.parse(message((0x0006, b"first"), (0x0006, b"second"))).username == "first"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (REQUEST[:19], "shorter than its header"),
        (b"\x40" + REQUEST[1:], "first two bits"),
        (REQUEST[:4] + b"\x00" + REQUEST[5:], "magic cookie"),
        (REQUEST[:-4], "says 88 bytes of attributes, 84 are there"),
        (REQUEST + bytes(4), "bytes of attributes"),
        (
            message()[:2] + b"\x00\x08" + message()[4:] + bytes.fromhex("0006000500000000"),
            "at byte 20 says 5 bytes, only 4 are there",
        ),
    ],
)
def test_a_malformed_message_is_refused_with_the_reason(data: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        stun.parse(data)


@pytest.mark.parametrize(
    ("code", "value", "name"),
    [
        (0x0024, b"\x00", "priority"),
        (0x802A, bytes(4), "ice_controlling"),
        (0x8029, bytes(9), "ice_controlled"),
        (0x0020, bytes(8), "xor_mapped_address"),
        (0x0020, bytes.fromhex("0002") + bytes(6), "xor_mapped_address"),
        (0x0009, b"\x00", "error_code"),
        (0x0006, b"\xff", "username"),
    ],
)
def test_a_malformed_attribute_is_refused_when_it_is_read(code: int, value: bytes, name: str) -> None:
    parsed = stun.parse(message((code, value)))
    with pytest.raises(ValueError, match=r".+"):
        getattr(parsed, name)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no STUN attribute is called 'NONSENSE'"):
        stun.parse(REQUEST).get("NONSENSE")


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=30)), max_size=8))
def test_every_attribute_comes_back(attributes: list[tuple[int, bytes]]) -> None:
    assert stun.parse(message(*attributes)).attributes == tuple(attributes)


@given(st.binary(max_size=60))
@example(bytes.fromhex("00000000"))
def test_whatever_comes_only_a_value_error_goes_out(tail: bytes) -> None:
    for data in (tail, message()[:2] + len(tail).to_bytes(2, "big") + message()[4:] + tail):
        for read in (stun.parse, stun.fingerprint_holds, lambda data: stun.integrity_holds(data, PASSWORD)):
            with suppress(ValueError):
                read(data)


def test_what_follows_the_integrity_is_nobodys_word() -> None:
    assert stun.authenticated(REQUEST) != REQUEST
    damaged = REQUEST[:-5] + bytes([REQUEST[-5] ^ 1]) + REQUEST[-4:]
    with pytest.raises(ValueError, match="only 4 are there"):
        stun.parse(damaged)
    for data in (REQUEST, damaged):
        kept = stun.authenticated(data)
        assert stun.parse(kept).username == "evtj:h6vY"
        assert stun.integrity_holds(kept, PASSWORD)
        assert not stun.integrity_holds(kept, PASSWORD[1:])


def test_what_comes_before_the_integrity_is_vouched_for() -> None:
    forged = REQUEST.replace(b"STUN test client", b"STUN best client")
    assert not stun.integrity_holds(stun.authenticated(forged), PASSWORD)


def test_without_integrity_the_message_stays_whole() -> None:
    plain = message((0x8022, b"somebody"))
    assert stun.authenticated(plain) == plain


@given(st.binary(max_size=60))
def test_any_bytes_are_authenticated_or_refused(data: bytes) -> None:
    for tried in (data, REQUEST[:20] + data):
        with suppress(ValueError):
            assert len(stun.authenticated(tried)) <= len(tried)
