"""What comes in and is not the peer's must be refused, and the endpoint's own count must say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.auditors.opacity import audit
from harness.model.base import Asset, Party
from harness.model.finding import Reason, Severity

from .answers import detail, raised
from .packets import flip, opus, sound
from .stage import ALICE, BOB, STARTED, Frame, Stage, honest_call


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


def test_what_was_refused_is_counted() -> None:
    stage = honest_call()
    again = stage.media(BOB, outward=False)[:3]
    for frame in again:
        stage.on_leg(BOB, False, frame.data)
    for number in (1, 2):
        stage.on_leg(BOB, False, opus(number))
    stage.count(BOB, replayed=3, not_authenticated=2)
    counts = {one.reason: one.count for one in audit(stage.case()) if one.severity is Severity.NOTICE}
    assert counts == {Reason.REPLAY_DROPPED: 3, Reason.FOREIGN_PACKET_DROPPED: 2}


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


def test_a_forgery_that_took_the_number_of_a_genuine_packet_is_an_alarm_though_no_packet_is_too_many() -> None:
    stage = honest_call()
    forged_before(stage, BOB, 7)
    stage.count(BOB, not_authenticated=1)
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.FOREIGN_PACKET_DROPPED}
    stage.count(BOB, not_authenticated=0, replayed=1)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.FOREIGN_PACKET_ACCEPTED}
    assert raised(findings, Severity.NOTICE) == set()


def test_who_tells_no_reason_of_his_refusals_leaves_open_whose_place_a_forgery_took() -> None:
    stage = honest_call()
    forged_before(stage, BOB, 7)
    stage.count(BOB, refused=1)
    findings = audit(stage.case())
    assert raised(findings) == raised(findings, Severity.NOTICE) == set()
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NOT_CHECKED}
    assert "bob refused 1 packet for a reason that it does not tell: 1 may be genuine" in detail(
        findings, Reason.NOT_CHECKED
    )


def test_a_forgery_that_has_no_place_to_take_may_be_refused_without_a_reason() -> None:
    stage = honest_call()
    stage.on_leg(BOB, False, flip(stage.media(BOB, outward=False)[7].data, 40))
    stage.count(BOB, refused=1)
    findings = audit(stage.case())
    assert raised(findings) == raised(findings, Severity.INCONCLUSIVE) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.FOREIGN_PACKET_DROPPED}


def test_a_report_that_came_too_late_makes_no_room_for_a_forgery() -> None:
    stage = honest_call()
    stage.wire[BOB].insert(0, Frame(STARTED, False, opus(1), far=2))
    stage.count(BOB, rtp_received=20, rtcp_received=1)
    assert raised(audit(stage.case())) == set()
    stage.count(BOB, rtp_received=21)
    assert raised(audit(stage.case())) == {Reason.FOREIGN_PACKET_ACCEPTED}


def test_a_forgery_of_a_number_that_was_used_may_be_refused_as_a_replay() -> None:
    stage = honest_call()
    genuine = stage.media(BOB, outward=False)[7].data
    stage.on_leg(BOB, False, flip(genuine, len(genuine) - 1))
    stage.count(BOB, replayed=1)
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.FOREIGN_PACKET_DROPPED}


@pytest.mark.parametrize(
    "counts",
    [
        {"rtp_sent": 10**6},
        {"rtp_sent": 21},
        {"rtcp_sent": 3},
        {"not_authenticated": 9999},
        {"not_authenticated": 1},
        {"replayed": 9999},
        {"replayed": 1},
        {"refused": 1},
    ],
    ids=str,
)
def test_who_counts_packets_that_did_not_pass_its_sockets_contradicts_them(counts: dict[str, int]) -> None:
    stage = honest_call()
    stage.count(BOB, **counts)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.STATEMENT_CONTRADICTS_WIRE}
    assert {one.vantage for one in findings if one.severity is Severity.ALARM} == {"bob-alice"}


def test_who_does_not_tell_its_counts_contradicts_nothing() -> None:
    stage = honest_call()
    stage.count(BOB, rtp_sent=21)
    stage.state(BOB, packets_told=False)
    assert raised(audit(stage.case())) == set()


def test_what_the_tap_lost_may_have_passed_the_sockets() -> None:
    stage = honest_call()
    stage.count(BOB, rtp_sent=21, replayed=1)
    stage.vantages[BOB] = stage.vantage(BOB).model_copy(update={"dropped": 1})
    assert raised(audit(stage.case())) == set()
    stage.count(BOB, rtp_sent=22)
    assert raised(audit(stage.case())) == {Reason.STATEMENT_CONTRADICTS_WIRE}


def test_a_datagram_of_no_protocol_may_have_been_refused() -> None:
    stage = honest_call()
    stage.on_leg(BOB, False, b"\x80\x60\x00")
    stage.count(BOB, not_authenticated=1)
    assert raised(audit(stage.case())) == set()


@pytest.mark.parametrize("besides", ["nothing", "a forgery", "a replay"])
def test_who_counts_less_than_it_must_have_looked_at_leaves_it_open_what_it_took(besides: str) -> None:
    stage = slowly(honest_call())
    if besides == "a forgery":
        stage.on_leg(BOB, False, opus(1))
    if besides == "a replay":
        stage.on_leg(BOB, False, stage.media(BOB, outward=False)[0].data)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()
    stage.count(BOB, rtp_received=0, rtcp_received=0)
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_CONTRADICTS_WIRE}
    assert raised(findings) == raised(findings, Severity.NOTICE) == set()


def test_who_is_asked_before_the_end_counts_what_it_had_sent_and_got_by_then() -> None:
    stage = slowly(honest_call())
    stage.count(BOB, rtp_sent=10, rtcp_sent=1, rtp_received=10, rtcp_received=1)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()
    stage.count(BOB, rtp_sent=20, rtcp_sent=2)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.STATEMENT_CONTRADICTS_WIRE}


def test_who_counts_fewer_than_there_were_when_it_was_asked_keeps_something_to_itself() -> None:
    """Whatever it says of what it sent: the clock is ours."""
    stage = slowly(honest_call())
    stage.count(BOB, rtp_sent=1, rtcp_sent=0, rtp_received=1, rtcp_received=0)
    at = [frame.time for frame in stage.media(BOB, outward=False)]
    stage.state(BOB, asked=at[0] + 0.55)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()
    stage.state(BOB, asked=at[-1])
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.STATEMENT_CONTRADICTS_WIRE}


def test_nobody_hears_what_it_did_not_accept() -> None:
    stage = honest_call()
    stage.count(BOB, rtp_sent=0, rtcp_sent=0, rtp_received=0, rtcp_received=0)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()
    stage.state(BOB, heard={Asset.AUDIO: "0123456789abcdef"})
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.STATEMENT_CONTRADICTS_WIRE}


def forged_before(stage: Stage, party: Party, number: int) -> None:
    """A packet of the same number, with a wrong tag, comes in just before a genuine one."""
    genuine = stage.media(party, outward=False)[number]
    at = stage.wire[party].index(genuine)
    stage.wire[party].insert(at, Frame(genuine.time, False, flip(genuine.data, len(genuine.data) - 1), genuine.far))


def slowly(stage: Stage) -> Stage:
    """The same call, with a tenth of a second from each packet of a leg to the next."""
    for frames in stage.wire.values():
        for number, frame in enumerate(frames):
            frame.time = STARTED + number / 10
    return stage


@pytest.mark.parametrize(("told", "alarms"), [(60, set()), (10**6, {Reason.STATEMENT_CONTRADICTS_WIRE})])
def test_a_few_packets_may_lie_between_a_program_and_the_leg_in_front_of_it(told: int, alarms: set[Reason]) -> None:
    stage = honest_call()
    stage.count(BOB, rtp_sent=told)
    assert raised(audit(stage.case())) == {Reason.STATEMENT_CONTRADICTS_WIRE}
    case = stage.case()
    through = tuple(one.model_copy(update={"through_leg": True}) for one in case.recording.vantages)
    case = replace(case, recording=case.recording.model_copy(update={"vantages": through}))
    assert raised(audit(case)) == alarms
