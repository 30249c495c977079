"""Of all that a browser logs, the secrets of one call are those of the handshakes over its sockets."""

from __future__ import annotations

import pytest

from harness.endpoints.firefox.handshakes import MOST, Handshakes
from harness.model.datagram import Address

HERE, THERE = ("127.9.0.1", 1), ("127.9.0.2", 2)
RANDOM = bytes(range(32))


class Ledger:
    def __init__(self) -> None:
        self.told: list[object] = []

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self.told.append((outward, local, remote, data, when))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        self.told.append((local, counted, dropped))


def hello(*, content: int = 22) -> bytes:
    """A ClientHello of DTLS 1.2 with one suite (RFC 6347 section 4.2.1)."""
    body = b"\xfe\xfd" + RANDOM + bytes([0, 0]) + b"\x00\x02\xc0\x2b" + b"\x01\x00"
    size = len(body).to_bytes(3)
    message = bytes([1]) + size + bytes(2) + bytes(3) + size + body
    return bytes([content]) + b"\xfe\xfd" + bytes(8) + len(message).to_bytes(2) + message


def logged(random: bytes = RANDOM) -> str:
    return f"EXPORTER_SECRET {random.hex()} aa"


@pytest.mark.parametrize("outward", [True, False])
def test_a_client_hello_of_either_side_names_the_lines(outward: bool) -> None:
    handshakes = Handshakes(Ledger())
    handshakes.seen(outward, HERE, THERE, hello())
    other = logged(bytes(32))
    assert handshakes.of_these(f"# comment\n{logged()}\n{other}\nCLIENT_RANDOM {RANDOM.hex()}\n") == [logged()]


@pytest.mark.parametrize("data", [hello(content=23), hello()[:58], b"", bytes(100)])
def test_nothing_else_does(data: bytes) -> None:
    handshakes = Handshakes(Ledger())
    handshakes.seen(True, HERE, THERE, data)
    assert handshakes.of_these(logged()) == []


def test_a_certificate_was_refused_when_this_side_said_so() -> None:
    """Nobody did here; tests of calls see the other case."""
    handshakes = Handshakes(Ledger())
    handshakes.seen(True, HERE, THERE, hello())
    assert handshakes.refused() is None


def test_what_passes_is_shown_on() -> None:
    ledger = Ledger()
    handshakes = Handshakes(ledger)
    handshakes.seen(True, HERE, THERE, b"x", 1.5)
    handshakes.socket_closed(HERE, 1, 0)
    assert ledger.told == [(True, HERE, THERE, b"x", 1.5), (HERE, 1, 0)]


def test_a_flood_is_bounded() -> None:
    handshakes = Handshakes(Ledger())
    for _ in range(MOST):
        handshakes.seen(False, THERE, HERE, bytes([22]))
    handshakes.seen(False, THERE, HERE, hello())
    assert handshakes.of_these(logged()) == []
