"""The set-up of a call as datagrams: ICE checks made by hand from RFC 8489 and RFC 8445, and OpenSSL's handshakes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from harness.inspection.associations import AssociationFollower
from harness.inspection.calls import CallEvidence
from harness.inspection.ice import IceFollower

from ..wire.openssl_pair import Pair
from .windows import Capture, Sent

ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"

REQUEST, INDICATION, SUCCESS, ERROR = 0x0001, 0x0011, 0x0101, 0x0111
_PROOFS = bytes.fromhex("0008 0014") + bytes(20) + bytes.fromhex("8028 0004") + bytes(4)

_transactions = count(1)


def new_transaction() -> bytes:
    return next(_transactions).to_bytes(12, "big")


def attribute(code: int, value: bytes) -> bytes:
    return code.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)


def stun(kind: int, transaction: bytes, *attributes: bytes, proofs: bytes = _PROOFS) -> bytes:
    body = b"".join(attributes) + proofs
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + transaction + body


def check(
    transaction: bytes,
    controlling: bool | None,
    username: str = "a:b",
    tie_breaker: int = 7,
    nominate: bool = False,
) -> bytes:
    """A connectivity check; `controlling` is the role that it claims."""
    attributes = [attribute(0x0006, username.encode()), attribute(0x0024, bytes(4))]
    if controlling is not None:
        attributes.append(attribute(0x802A if controlling else 0x8029, tie_breaker.to_bytes(8, "big")))
    if nominate:
        attributes.append(attribute(0x0025, b""))
    return stun(REQUEST, transaction, *attributes)


def error(transaction: bytes, code: int) -> bytes:
    return stun(ERROR, transaction, attribute(0x0009, bytes([0, 0, code // 100, code % 100])))


def ice(controlling: str, controlled: str, time: float = 0.0) -> list[Sent]:
    """One check in each direction, each answered; the controlling end nominates."""
    first, second = new_transaction(), new_transaction()
    return [
        Sent(time, controlling, controlled, check(first, controlling=True, username="d:g", nominate=True)),
        Sent(time + 0.01, controlled, controlling, stun(SUCCESS, first)),
        Sent(time + 0.02, controlled, controlling, check(second, controlling=False, username="g:d")),
        Sent(time + 0.03, controlling, controlled, stun(SUCCESS, second)),
    ]


def dtls(pair: Pair, client: str, server: str, time: float = 1.0) -> list[Sent]:
    """A handshake between these two addresses."""
    return datagrams(pair.datagrams, client, server, time)


def datagrams(said: Iterable[tuple[bool, bytes]], client: str, server: str, time: float = 1.0) -> list[Sent]:
    """Datagrams, each with True when the client sent it. Places that begin at different times wait differently long for
    the answers, as the ends of a path do."""
    wait = 0.01 + time % 7 / 1000
    return [
        Sent(time + step * wait, *((client, server) if from_client else (server, client)), payload)
        for step, (from_client, payload) in enumerate(said)
    ]


def evidence(name: str, sent: Sequence[Sent], size: int = 5) -> CallEvidence:
    """What a capture of these datagrams shows, read in windows of `size` rows."""
    capture, associations, checks = Capture(), AssociationFollower(), IceFollower()
    for at in range(0, len(sent), size):
        window = capture.window(sent[at : at + size])
        associations.add(window)
        checks.add(window)
    return CallEvidence(name, associations.result(), checks.result(), limits=associations.limits())
