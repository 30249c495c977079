"""A TURN server of our own is exact towards its clients: who may have what, and what goes to whom."""

from __future__ import annotations

from struct import pack

import pytest

from harness.wire import stun
from harness.wire.stun import Method, StunClass, StunMessage
from harness.wire.stun_writer import written, xor_address
from harness.wire.turn import Answer, Onward, TurnServer, long_term_key

ALICE, BOB = ("127.0.9.1", 5000), ("127.0.9.2", 6000)
RELAYED = [("127.0.9.8", 40_001), ("127.0.9.8", 40_002)]
TRANSACTION = bytes(range(12))
UDP = ("REQUESTED-TRANSPORT", b"\x11\0\0\0")


class Client:
    """A client of the server under test, who knows a password or guesses one."""

    def __init__(self, server: TurnServer, address: tuple[str, int], name: str, password: str) -> None:
        self._server, self._address, self._name = server, address, name
        self._key = long_term_key(name, password)
        refusal = self.says(written(Method.ALLOCATE, StunClass.REQUEST, TRANSACTION, [UDP], None))
        self._nonce = refusal.get("NONCE") or b""
        self.refused_with = refusal.error_code

    def says(self, data: bytes) -> StunMessage:
        (action,) = self._server.received(self._address, data)
        assert isinstance(action, Answer)
        return stun.parse(action.data)

    def asks(self, method: Method, *attributes: tuple[str, bytes]) -> StunMessage:
        proof = [("USERNAME", self._name.encode()), ("REALM", b"harness"), ("NONCE", self._nonce)]
        return self.says(written(method, StunClass.REQUEST, TRANSACTION, [*attributes, *proof], self._key))

    def sends(self, data: bytes) -> list[Onward]:
        return [one for one in self._server.received(self._address, data) if isinstance(one, Onward)]


def served() -> TurnServer:
    free = iter(RELAYED)
    return TurnServer({"alice": "secret", "bob": "other"}, lambda: next(free))


def with_allocation(server: TurnServer) -> Client:
    client = Client(server, ALICE, "alice", "secret")
    assert client.asks(Method.ALLOCATE, UDP).klass is StunClass.SUCCESS
    return client


def peer(address: tuple[str, int] = RELAYED[1]) -> tuple[str, bytes]:
    return xor_address("XOR-PEER-ADDRESS", address)


def channel(number: int) -> tuple[str, bytes]:
    return "CHANNEL-NUMBER", pack("!HH", number, 0)


def test_an_allocation_takes_a_password_and_gives_an_address() -> None:
    client = Client(served(), ALICE, "alice", "secret")
    assert client.refused_with == 401
    answer = client.asks(Method.ALLOCATE, UDP)
    assert answer.klass is StunClass.SUCCESS
    assert answer.xor_mapped_address == ALICE
    assert stun.xor_address(answer.get("XOR-RELAYED-ADDRESS") or b"", TRANSACTION) == RELAYED[0]


@pytest.mark.parametrize(("name", "password"), [("alice", "guess"), ("mallory", "secret"), ("bob", "secret")])
def test_a_wrong_password_is_refused(name: str, password: str) -> None:
    server = served()
    assert Client(server, ALICE, name, password).asks(Method.ALLOCATE, UDP).error_code == 401
    assert not server.allocations


def test_an_old_nonce_is_stale() -> None:
    client = Client(served(), ALICE, "alice", "secret")
    client._nonce = b"of yesterday"
    assert client.asks(Method.ALLOCATE, UDP).error_code == 438


@pytest.mark.parametrize(
    ("method", "attributes", "code"),
    [
        (Method.ALLOCATE, (UDP,), 437),
        (Method.CREATE_PERMISSION, (), 400),
        (Method.CHANNEL_BIND, (peer(), channel(0x3FFF)), 400),
        (Method.CHANNEL_BIND, (channel(0x4000),), 400),
    ],
)
def test_what_makes_no_sense_is_refused(method: Method, attributes: tuple[tuple[str, bytes], ...], code: int) -> None:
    assert with_allocation(served()).asks(method, *attributes).error_code == code


def test_another_transport_than_udp_is_not_relayed() -> None:
    client = Client(served(), ALICE, "alice", "secret")
    assert client.asks(Method.ALLOCATE, ("REQUESTED-TRANSPORT", b"\x06\0\0\0")).error_code == 442


def test_somebody_elses_allocation_is_not_for_who_only_knows_a_password() -> None:
    server = served()
    with_allocation(server)
    assert Client(server, ALICE, "bob", "other").asks(Method.REFRESH).error_code == 441


def test_a_channel_carries_both_ways_and_only_for_its_peer() -> None:
    server = served()
    client = with_allocation(server)
    assert client.asks(Method.CHANNEL_BIND, peer(), channel(0x4001)).klass is StunClass.SUCCESS
    assert client.sends(pack("!HH", 0x4001, 3) + b"abc\0") == [Onward(RELAYED[1], b"abc")]
    assert client.sends(pack("!HH", 0x4002, 3) + b"abc") == []
    assert client.sends(pack("!HH", 0x4001, 4) + b"abc") == []
    own = server.allocations[ALICE]
    assert own.wrapped(RELAYED[1], b"abc", padded=False) == pack("!HH", 0x4001, 3) + b"abc"
    assert own.wrapped(RELAYED[1], b"abc", padded=True) == pack("!HH", 0x4001, 3) + b"abc\0"
    assert own.wrapped(BOB, b"abc", padded=False) is None


@pytest.mark.parametrize(("number", "bound_to"), [(0x4001, BOB), (0x4002, RELAYED[1])])
def test_a_channel_has_one_peer_and_a_peer_one_channel(number: int, bound_to: tuple[str, int]) -> None:
    client = with_allocation(served())
    client.asks(Method.CHANNEL_BIND, peer(), channel(0x4001))
    assert client.asks(Method.CHANNEL_BIND, peer(bound_to), channel(number)).error_code == 400
    assert client.asks(Method.CHANNEL_BIND, peer(), channel(0x4001)).klass is StunClass.SUCCESS


def test_a_permission_is_for_an_address_whatever_the_port() -> None:
    server = served()
    client = with_allocation(server)
    send = written(Method.SEND, StunClass.INDICATION, TRANSACTION, [peer(), ("DATA", b"abc")], None)
    assert client.sends(send) == []
    client.asks(Method.CREATE_PERMISSION, peer(("127.0.9.8", 1)))
    assert client.sends(send) == [Onward(RELAYED[1], b"abc")]
    told = stun.parse(server.allocations[ALICE].wrapped(RELAYED[1], b"abc", padded=False) or b"")
    assert (told.method, told.klass, told.get("DATA")) == (Method.DATA, StunClass.INDICATION, b"abc")
    assert stun.xor_address(told.get("XOR-PEER-ADDRESS") or b"", told.transaction_id) == RELAYED[1]


def test_a_refresh_of_nothing_ends_the_allocation() -> None:
    server = served()
    client = with_allocation(server)
    own = server.allocations[ALICE]
    assert client.asks(Method.REFRESH, ("LIFETIME", bytes(4))).klass is StunClass.SUCCESS
    assert own.over
    assert server.of_relayed(RELAYED[0]) is None
    assert client.asks(Method.REFRESH, ("LIFETIME", bytes(4))).error_code == 437


@pytest.mark.parametrize("data", [b"", b"\0", bytes(20), b"\x40\0", b"\x16\xfe\xfd" + bytes(30), b"\xff" * 40])
def test_what_is_no_message_is_ignored(data: bytes) -> None:
    assert list(served().received(ALICE, data)) == []
