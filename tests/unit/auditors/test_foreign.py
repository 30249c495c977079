"""What strangers sent shows which attack it was, and of DTLS only what could still do harm."""

from __future__ import annotations

import pytest

from harness.adversaries import craft
from harness.auditors.foreign import FOREIGN_KINDS
from harness.auditors.strangers import audit
from harness.model.finding import Reason, Severity
from harness.wire.demux import PacketClass, classify

from .answers import detail, raised
from .packets import BINDING_REQUEST, check, check_answer, opus, receiver_report
from .stage import ALICE, BOB, Stage, honest_call, password

CLIENT_HELLO = craft.client_hello(bytes(32), (0,), 1)
HELLO_DONE = craft.dtls_handshake(14, b"", 0, 1)
ALERT = craft.dtls_alert(2, 40, 1)
RECORD = craft.dtls_record(23, 1, 1, bytes(32))
INDICATION = b"\x00\x11" + BINDING_REQUEST[2:]
KINDS = set(FOREIGN_KINDS)


def kinds(stage: Stage) -> set[Reason]:
    return raised(audit(stage.case()), Severity.NOTICE) & KINDS


def came_first(data: bytes) -> Stage:
    """A stranger's datagram at the head of a whole call."""
    stage = honest_call()
    at = stage.wire[ALICE][0].time - 1
    stage.on_leg(ALICE, False, data, far=3)
    frame = stage.wire[ALICE].pop()
    frame.time = at
    stage.wire[ALICE].insert(0, frame)
    return stage


def came_last(data: bytes) -> Stage:
    stage = honest_call()
    stage.on_leg(ALICE, False, data, far=3)
    return stage


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (CLIENT_HELLO, Reason.FOREIGN_CLIENT_HELLO),
        (HELLO_DONE, Reason.FOREIGN_HANDSHAKE),
        (ALERT, Reason.FOREIGN_ALERT),
        (RECORD, Reason.FOREIGN_RECORD),
    ],
)
def test_dtls_of_a_stranger_shows_its_kind_when_it_came_in_time(data: bytes, reason: Reason) -> None:
    early = came_first(data)
    assert kinds(early) == {reason}
    assert detail(audit(early.case()), reason) == (
        f"from strangers 1 datagram, first in frame 1, each with a {FOREIGN_KINDS[reason]}"
    )
    assert kinds(came_last(data)) == set(), "the keys are there, it can do no harm any more"


def test_a_client_hello_has_lost_the_race_when_the_true_handshake_has_begun() -> None:
    for data, expected in ((CLIENT_HELLO, set()), (ALERT, {Reason.FOREIGN_ALERT})):
        stage = came_first(data)
        stranger = stage.wire[ALICE].pop(0)
        began = next(n for n, frame in enumerate(stage.wire[ALICE]) if classify(frame.data) is PacketClass.DTLS)
        stranger.time = stage.wire[ALICE][began].time
        stage.wire[ALICE].insert(began + 1, stranger)
        assert kinds(stage) == expected


def test_one_datagram_may_be_of_two_kinds() -> None:
    assert kinds(came_first(ALERT + HELLO_DONE)) == {Reason.FOREIGN_ALERT, Reason.FOREIGN_HANDSHAKE}


@pytest.mark.parametrize("media", [opus(1), receiver_report(1)])
def test_media_of_a_stranger_show_at_any_time(media: bytes) -> None:
    assert kinds(came_first(media)) == kinds(came_last(media)) == {Reason.FOREIGN_MEDIA}


@pytest.mark.parametrize("data", [BINDING_REQUEST, check(9, "a guess"), check(9, password(BOB))])
def test_a_check_that_no_password_proves_is_a_strangers(data: bytes) -> None:
    assert kinds(came_last(data)) == {Reason.FOREIGN_CHECK}


@pytest.mark.parametrize(
    "data",
    [b"", b"junk", INDICATION, check(9, password(ALICE)), check_answer(9, "a guess"), CLIENT_HELLO[:-1], RECORD[:14]],
    ids=["empty", "no protocol", "indication", "proved", "answer", "cut short", "record cut short"],
)
def test_what_is_none_of_these_is_a_foreign_datagram_only(data: bytes) -> None:
    stage = came_first(data)
    assert kinds(stage) == set()
    assert Reason.FOREIGN_DATAGRAM in raised(audit(stage.case()), Severity.NOTICE)
