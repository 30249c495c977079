"""What comes in and is not the peer's must be refused, and the endpoint's own count must say so."""

from __future__ import annotations

import pytest

from harness.auditors.opacity import audit
from harness.model.finding import Reason, Severity

from .answers import raised
from .packets import flip, opus, sound
from .stage import ALICE, BOB, honest_call


def test_what_a_stranger_sends_in_clear_is_not_this_partys_plaintext() -> None:
    stage = honest_call()
    for packet in sound():
        stage.on_leg(ALICE, False, packet)
    stage.count(ALICE, not_authenticated=len(sound()))
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.FOREIGN_PACKET_DROPPED}


def test_damage_on_the_way_is_a_notice_when_it_was_refused_and_an_alarm_when_not() -> None:
    stage = honest_call()
    frame = stage.media(BOB, outward=False)[7]
    frame.data = flip(frame.data, 40)
    assert raised(audit(stage.case())) == {Reason.FOREIGN_PACKET_ACCEPTED}
    stage.count(BOB, rtp_received=19, not_authenticated=1)
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.FOREIGN_PACKET_DROPPED}


@pytest.mark.parametrize("every", [1, 3])
def test_replays_are_a_notice_when_they_were_refused_and_an_alarm_when_not(every: int) -> None:
    stage = honest_call()
    repeated = [frame for frame in stage.wire[BOB] if not frame.outward and frame.data[0] >= 128][::every]
    for frame in repeated:
        stage.on_leg(BOB, False, frame.data)
    stage.count(BOB, replayed=len(repeated))
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.REPLAY_DROPPED}
    stage.count(BOB, replayed=0, rtp_received=20 + len(repeated))
    assert raised(audit(stage.case())) == {Reason.REPLAY_ACCEPTED}


def test_forgeries_and_replays_that_got_through_are_told_apart() -> None:
    stage = honest_call()
    stage.on_leg(BOB, False, opus(1))
    stage.on_leg(BOB, False, stage.media(BOB, outward=False)[0].data)
    stage.count(BOB, rtp_received=22)
    assert raised(audit(stage.case())) == {Reason.FOREIGN_PACKET_ACCEPTED, Reason.REPLAY_ACCEPTED}
    stage.count(BOB, rtp_received=21)
    assert raised(audit(stage.case())) == {Reason.FOREIGN_PACKET_ACCEPTED}


def test_packets_that_came_too_late_to_be_counted_are_no_alarm() -> None:
    stage = honest_call()
    stage.count(BOB, rtp_received=17)
    assert raised(audit(stage.case())) == set()


def test_without_a_statement_nobody_knows_what_was_accepted() -> None:
    stage = honest_call()
    del stage.statements[BOB]
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}
