"""QUIC named by its long headers."""

from __future__ import annotations

import pytest

from harness.inspection.associations import QuicFollower
from harness.inspection.associations import quic as module

from ...wire.test_quic import CLIENT_INITIAL, CLIENT_INITIAL_V2, SERVER_INITIAL
from ..call_traffic import ALICE, BOB
from ..windows import Capture, Sent

OPENING = [Sent(0, ALICE, BOB, CLIENT_INITIAL), Sent(0, BOB, ALICE, SERVER_INITIAL)]
HANDSHAKE = bytes([0xE0]) + CLIENT_INITIAL[1:]
"""The type is in bits 5 and 4 (RFC 9000 section 17.2)."""


def follow(sent: list[Sent]) -> QuicFollower:
    follower = QuicFollower()
    follower.add(Capture().window(sent))
    return follower


def test_a_connection_that_opens() -> None:
    (one,) = follow(OPENING).result()
    assert (one.protocol, one.version, one.client, one.server) == ("QUIC", "1", ALICE, BOB)
    assert (one.first, one.last, one.finished) == (1, 2, False)


def test_it_is_finished_when_both_sides_sent_handshake_packets() -> None:
    both = [Sent(0, ALICE, BOB, HANDSHAKE), Sent(0, BOB, ALICE, HANDSHAKE)]
    assert follow(OPENING + both).result()[0].finished
    assert not follow(OPENING + both[:1]).result()[0].finished


def test_version_2_has_its_name() -> None:
    assert [one.version for one in follow([Sent(0, ALICE, BOB, CLIENT_INITIAL_V2)]).result()] == ["2"]


@pytest.mark.parametrize(
    "payload",
    [
        bytes([0xC0]) + bytes(30),  # a version of zeros
        bytes([0xC0, 0, 0, 0, 1, 99]) + bytes(30),  # a connection id that is too long
        bytes([0x50, 0, 0, 0, 1, 0, 0]) + bytes(30),  # a short header
        b"\xc0",
    ],
)
def test_other_rows_are_no_quic(payload: bytes) -> None:
    assert follow([Sent(0, ALICE, BOB, payload)]).result() == ()


def test_floods_are_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LEGS", 1)
    monkeypatch.setattr(module, "MAX_PACKETS", 2)
    both = [Sent(0, ALICE, BOB, HANDSHAKE), Sent(0, BOB, ALICE, HANDSHAKE)]
    follower = follow([*OPENING, *both, Sent(0, ALICE, "192.0.2.9:1", CLIENT_INITIAL)])
    (one,) = follower.result()
    assert (one.finished, one.last) == (False, 4)
    assert follower.limits() == ("1 QUIC packet not read: on too many legs",)
    assert follow(OPENING).limits() == ()
