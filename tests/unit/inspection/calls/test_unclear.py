"""What was not seen whole counts against every call that it could be of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.inspection.calls import CallEvidence
from harness.inspection.calls.evidence import Seen
from harness.inspection.calls.unclear import MAX_CANDIDATES, TOGETHER, UnclearIndex

from ...wire.openssl_pair import shake_hands
from ..call_traffic import ALICE, BOB
from .captured import ALICE_ID, BOB_ID, captured

EVIDENCE = CallEvidence("a", ())
(HANDSHAKE,) = captured("", shake_hands(ALICE_ID, BOB_ID), time=100.0).associations


def seen(near: str = ALICE, far: str = BOB, leg: int = 1, started: float = 100.0) -> Seen:
    return Seen(EVIDENCE, replace(HANDSHAKE, near=near, far=far, leg=leg, started=started))


OTHER_PORT, NO_TIME = ALICE.replace("5000", "9"), float("nan")


@pytest.mark.parametrize(
    ("unclear", "belongs"),
    [
        (seen(leg=0, started=9e9), True),
        (seen(OTHER_PORT), True),
        (seen(BOB, OTHER_PORT), True),
        (seen(OTHER_PORT, started=100 - TOGETHER), True),
        (seen(OTHER_PORT, started=100 + TOGETHER), True),
        (seen(OTHER_PORT, started=101 + TOGETHER), False),
        (seen(OTHER_PORT, started=NO_TIME), True),
        (seen("192.0.2.99:9"), False),
    ],
)
def test_the_leg_or_the_hosts_and_the_time_decide(unclear: Seen, belongs: bool) -> None:
    found = UnclearIndex([seen("192.0.2.50:1", leg=5), unclear]).around([seen(leg=0)])
    assert found == ((unclear,) if belongs else ())


def test_a_call_without_a_time_may_be_of_any_time() -> None:
    assert len(UnclearIndex([seen(OTHER_PORT, started=5.0)]).around([seen(leg=0, started=NO_TIME)])) == 1


def test_on_one_host_only_the_leg_decides() -> None:
    local = seen("127.0.0.1:1", "127.0.0.1:2", leg=3)
    index = UnclearIndex([local])
    assert index.around([seen("127.0.0.1:3", "127.0.0.1:4", leg=4)]) == ()
    assert index.around([seen("127.0.0.1:1", "127.0.0.1:2", leg=3)]) == (local,)


def test_one_is_as_bad_as_many() -> None:
    many = [seen(OTHER_PORT, leg=number) for number in range(2, 50)]
    assert len(UnclearIndex(many).around([seen(leg=0)])) == MAX_CANDIDATES
