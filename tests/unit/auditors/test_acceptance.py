"""Media, descriptions and datagrams against the moment at which the call was accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.auditors.acceptance import audit
from harness.model.finding import Reason, Severity
from harness.model.recording import SignalKind

from .answers import raised
from .packets import check, opus, receiver_report
from .stage import ALICE, BOB, Stage, honest_call, taken_call


def late(stage: Stage, party: str, by: float) -> Stage:
    """The acceptance of a party comes so much later, and so does the end of the call."""
    stage.now += by
    stage.signalling = [
        one.model_copy(update={"time": one.time + by})
        if one.message.kind is SignalKind.ACCEPT and one.hop == party
        else one
        for one in stage.signalling
    ]
    return stage


def unaccepted(stage: Stage) -> Stage:
    """Nobody accepted, and nobody said so."""
    stage.signalling = [one for one in stage.signalling if one.message.kind is not SignalKind.ACCEPT]
    return stage


def test_a_call_that_was_accepted_before_anything_was_sent_is_well() -> None:
    (found,) = audit(honest_call().course().case())
    assert (found.reason, found.severity) == (Reason.ACCEPTED_FIRST, Severity.FACT)


def test_an_older_recording_does_not_tell() -> None:
    (found,) = audit(honest_call().case())
    assert (found.reason, found.severity) == (Reason.NOT_CHECKED, Severity.FACT)


def test_media_that_left_the_callee_before_he_accepted() -> None:
    stage = late(honest_call().course(), "bob", 10.0)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.MEDIA_BEFORE_ACCEPT, Reason.NETWORK_BEFORE_ACCEPT}
    assert {one.vantage for one in findings if one.reason is Reason.MEDIA_BEFORE_ACCEPT} == {"bob-alice"}
    assert raised(findings, Severity.NOTICE) == {Reason.ACCEPTANCE_FORGED}


def test_one_packet_of_media_is_enough_and_one_that_comes_in_is_none_of_his() -> None:
    stage = honest_call().course()
    accepted = next(one.time for one in stage.signalling if one.hop == "bob")
    stage.on_leg(BOB, False, b"\x80" + bytes(40))
    stage.wire[BOB][-1].time = accepted - 0.5
    assert raised(audit(stage.case())) == set()
    for media in (opus(1, ssrc=7), receiver_report(1)):
        stage.on_leg(BOB, True, media)
        stage.wire[BOB][-1].time = accepted - 0.5
        assert raised(audit(stage.case())) == {Reason.MEDIA_BEFORE_ACCEPT}
        del stage.wire[BOB][-1]


def test_a_check_of_a_path_tells_where_the_callee_is_before_he_says_it() -> None:
    stage = Stage().course()
    accepted = next(one.time for one in stage.signalling if one.hop == "bob")
    stage.on_leg(BOB, True, check(1, "a password of 22 bytes"))
    stage.wire[BOB][-1].time = accepted - 0.5
    assert raised(audit(stage.case())) == {Reason.NETWORK_BEFORE_ACCEPT}


def test_an_answer_alone_tells_where_the_callee_is() -> None:
    stage = Stage().course()
    stage.describe(BOB, "v=0")
    stage = late(stage, "bob", 10.0)
    assert raised(audit(stage.case())) == {Reason.NETWORK_BEFORE_ACCEPT}


def test_a_call_that_nobody_accepted_may_send_nothing_at_all() -> None:
    stage = unaccepted(honest_call().course())
    assert raised(audit(stage.case())) == {Reason.MEDIA_BEFORE_ACCEPT, Reason.NETWORK_BEFORE_ACCEPT}
    assert raised(audit(unaccepted(Stage().course()).case())) == set()


def test_a_caller_whose_call_was_taken_elsewhere_is_not_deceived_by_whoever_took_it() -> None:
    assert raised(audit(taken_call().case()), Severity.NOTICE) == set()


@pytest.mark.parametrize("given", [True, False])
def test_a_caller_who_is_told_too_early_is_deceived(given: bool) -> None:
    stage = Stage().course()
    if not given:
        told = [one for one in stage.signalling if one.message.body == "e2ee" and one.to is None]
        stage.signalling = [*unaccepted(stage).signalling, *told]
    else:
        stage = late(stage, "bob", 1.0)
    assert raised(audit(stage.case()), Severity.NOTICE) == {Reason.ACCEPTANCE_FORGED}


def test_what_the_service_says_in_the_callees_name_is_not_his_acceptance() -> None:
    stage = honest_call().course()
    stage.signalling = [one for one in stage.signalling if one.message.kind is not SignalKind.ACCEPT or one.to is BOB]
    assert Reason.MEDIA_BEFORE_ACCEPT in raised(audit(stage.case()))
    assert ALICE in {one.vantage for one in audit(stage.case())}


def test_when_the_clock_was_set_during_the_call_nobody_can_tell_what_came_before() -> None:
    made = late(honest_call().course(), "bob", 10.0).case()
    set_back = made.recording.model_copy(update={"monotonic_seconds": 3600.0})
    (found,) = audit(replace(made, recording=set_back))
    assert (found.reason, found.severity) == (Reason.NOT_CHECKED, Severity.FACT)


@pytest.mark.parametrize("hop", ["alice", "bob"])
def test_who_accepted_when_is_not_told_by_messages_that_were_not_recorded(hop: str) -> None:
    stage = honest_call().course()
    stage.signalling = [one for one in stage.signalling if one.hop != hop]
    (found,) = audit(stage.case())
    assert (found.reason, found.severity) == (Reason.NOT_CHECKED, Severity.FACT)
