"""Did the call come about, and if not, why? Nothing is believed that only an auditor may say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.auditors.establishment import audit
from harness.model.alarms import FAILURES
from harness.model.finding import Reason, Severity
from harness.model.mode import Mode
from harness.model.statement import Failure

from .answers import detail, raised
from .stage import ALICE, BOB, honest_call, refused_call, taken_call


def test_a_call_that_both_hold_for_connected_is_established() -> None:
    findings = audit(honest_call().case())
    assert [finding.reason for finding in findings] == [Reason.CALL_ESTABLISHED]
    assert raised(findings, Severity.FACT) == {Reason.CALL_ESTABLISHED}


def test_who_refuses_a_call_is_an_alarm_and_the_echo_of_the_hangup_a_notice() -> None:
    findings = audit(refused_call().case())
    assert raised(findings, Severity.FACT) == {Reason.CALL_NOT_ESTABLISHED}
    assert raised(findings, Severity.ALARM) == {Reason.FINGERPRINT_MISSING}
    assert raised(findings, Severity.NOTICE) == {Reason.REMOTE_HUNG_UP}
    assert "none in the offer" in detail(findings, Reason.FINGERPRINT_MISSING)


def test_one_party_that_was_never_connected_is_enough_for_a_call_that_is_not_established() -> None:
    stage = refused_call()
    stage.state(ALICE, connected=True)
    assert Reason.CALL_NOT_ESTABLISHED in raised(audit(stage.case()), Severity.FACT)


def test_a_hangup_that_nobody_explains_is_an_alarm() -> None:
    stage = refused_call()
    stage.state(BOB, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="bye"))
    assert raised(audit(stage.case())) == {Reason.REMOTE_HUNG_UP}
    stage.state(BOB, failure=None)
    assert raised(audit(stage.case())) == {Reason.REMOTE_HUNG_UP}


def test_why_a_description_was_refused_is_told_in_the_stacks_own_words() -> None:
    """A browser quotes the line first, which alone is a hundred characters, and says then what is wrong with it."""
    words = "a=fingerprint:sha-256 " + "AB:" * 31 + "AB Can't have multiple fingerprint attributes at the same level."
    stage = refused_call()
    stage.state(BOB, failure=Failure(reason=Reason.SDP_REJECTED, detail=words))
    assert words in detail(audit(stage.case()), Reason.SDP_REJECTED)


def test_two_who_refuse_for_reasons_of_their_own_are_two_alarms() -> None:
    stage = refused_call()
    stage.state(ALICE, failure=Failure(reason=Reason.DTLS_ERROR, detail="no certificate"))
    stage.state(BOB, failure=Failure(reason=Reason.SDP_REJECTED, detail="no fingerprint"))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.DTLS_ERROR, Reason.SDP_REJECTED}
    assert raised(findings, Severity.NOTICE) == set()


def test_a_call_that_fails_without_a_word_is_an_alarm() -> None:
    stage = refused_call()
    stage.state(ALICE, failure=None)
    stage.state(BOB, failure=None)
    assert raised(audit(stage.case())) == {Reason.ENDPOINT_ERROR}


def test_of_a_call_that_one_party_says_nothing_about_the_other_need_not_say_why_it_failed() -> None:
    stage = refused_call()
    stage.state(ALICE, failure=None)
    del stage.statements[BOB]
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}


def test_a_call_that_was_up_and_was_lost_is_established_and_an_alarm() -> None:
    stage = honest_call()
    stage.state(BOB, failure=Failure(reason=Reason.CONNECTION_LOST, detail="no consent for 30 s"))
    findings = audit(stage.case())
    assert raised(findings, Severity.FACT) == {Reason.CALL_ESTABLISHED, Reason.CALL_LOST}
    assert raised(findings) == {Reason.CONNECTION_LOST}


def test_a_call_that_was_up_and_was_refused_says_who_would_not_go_on() -> None:
    stage = honest_call()
    stage.state(BOB, failure=Failure(reason=Reason.SDP_REJECTED, detail="an old offer"))
    stage.state(ALICE, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="sdp-rejected"))
    findings = audit(stage.case())
    assert raised(findings, Severity.FACT) == {Reason.CALL_ESTABLISHED, Reason.CALL_REFUSED}
    assert raised(findings) == {Reason.SDP_REJECTED}


@pytest.mark.parametrize("reason", sorted(FAILURES - {Reason.REMOTE_HUNG_UP}))
def test_every_reason_of_a_failure_is_passed_on(reason: Reason) -> None:
    stage = refused_call()
    stage.state(BOB, failure=Failure(reason=reason, detail="so it was"))
    assert raised(audit(stage.case())) == {reason}


@pytest.mark.parametrize("reason", sorted(set(Reason) - FAILURES))
def test_an_endpoint_cannot_speak_in_an_auditors_name(reason: Reason) -> None:
    stage = refused_call()
    stage.state(BOB, failure=Failure(reason=reason, detail="trust me"))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.ENDPOINT_ERROR}
    assert reason not in {finding.reason for finding in findings} - {Reason.ENDPOINT_ERROR, Reason.CALL_NOT_ESTABLISHED}


def test_a_party_without_a_statement_leaves_it_open() -> None:
    stage = honest_call()
    del stage.statements[BOB]
    findings = audit(stage.case())
    assert [(finding.reason, finding.severity) for finding in findings] == [
        (Reason.STATEMENT_MISSING, Severity.INCONCLUSIVE)
    ]
    assert findings[0].vantage == BOB


def test_why_there_is_no_statement_is_passed_on_escaped() -> None:
    stage = honest_call()
    del stage.statements[BOB]
    case = stage.case()
    why = "it was killed by signal 9 (SIGKILL); its last words: \x1b[2J"
    told = replace(case, recording=case.recording.model_copy(update={"silent": {BOB: why}}))
    said = detail(audit(told), Reason.STATEMENT_MISSING)
    assert "bob left no statement: 'it was killed by signal 9 (SIGKILL)" in said
    assert said.isprintable()


def test_packets_that_the_tap_did_not_write_leave_it_open() -> None:
    stage = honest_call()
    whole = stage.vantage(BOB)
    for lossy in (
        {"sockets": whole.sockets + 1},
        {"dropped": 1},
        {"packets": whole.packets + 1, "sockets": whole.sockets + 1},
    ):
        stage.vantages[BOB] = whole.model_copy(update=lossy)
        findings = audit(stage.case())
        assert raised(findings, Severity.INCONCLUSIVE) == {Reason.PACKETS_LOST_BY_TAP}
        assert findings[-1].vantage == "bob-alice"


def test_what_a_leg_saw_is_not_all_that_the_program_may_have_sent_and_that_is_said() -> None:
    stage = honest_call()
    stage.vantages[BOB] = stage.vantage(BOB).model_copy(update={"through_leg": True})
    findings = audit(stage.case())
    assert raised(findings, Severity.NOTICE) == {Reason.SEEN_THROUGH_LEG}
    assert "bob's program" in detail(findings, Reason.SEEN_THROUGH_LEG)
    assert raised(findings) == raised(findings, Severity.INCONCLUSIVE) == set()


def test_what_a_program_told_of_its_sockets_need_not_be_all_and_that_is_said() -> None:
    stage = honest_call()
    stage.vantages[BOB] = stage.vantage(BOB).model_copy(update={"as_told": True})
    findings = audit(stage.case())
    assert raised(findings, Severity.NOTICE) == {Reason.SEEN_AS_TOLD}
    assert "bob's program" in detail(findings, Reason.SEEN_AS_TOLD)
    assert raised(findings) == raised(findings, Severity.INCONCLUSIVE) == set()


def test_a_hostile_detail_is_escaped_and_cut() -> None:
    stage = refused_call()
    stage.state(BOB, failure=Failure(reason=Reason.SDP_REJECTED, detail="\x1b[2J\n" + "a" * 900))
    said = detail(audit(stage.case()), Reason.SDP_REJECTED)
    assert said.isprintable()
    assert len(said) < 450


@pytest.mark.parametrize("word", ["voicemail", "answered-elsewhere"])
def test_a_call_that_was_taken_elsewhere_is_the_callers_alone(word: str) -> None:
    findings = audit(taken_call(word).case())
    assert raised(findings, Severity.FACT) == {Reason.CALL_ESTABLISHED, Reason.TAKEN_ELSEWHERE}
    assert raised(findings) == set()


@pytest.mark.parametrize(
    ("word", "mode"), [("no-answer", Mode.SERVICE), ("cancelled", Mode.SERVICE), ("voicemail", Mode.E2EE)]
)
def test_no_other_call_is_established_without_the_callee(word: str, mode: Mode) -> None:
    findings = audit(taken_call(word, mode).case())
    assert Reason.CALL_NOT_ESTABLISHED in raised(findings, Severity.FACT)
    assert Reason.REMOTE_HUNG_UP in raised(findings)


def test_the_caller_must_be_up_all_the_same() -> None:
    stage = taken_call()
    stage.state(ALICE, connected=False, failure=Failure(reason=Reason.ICE_FAILED, detail="nobody there"))
    findings = audit(stage.case())
    assert Reason.CALL_NOT_ESTABLISHED in raised(findings, Severity.FACT)
    assert raised(findings) == {Reason.ICE_FAILED}


def test_a_callee_who_did_not_merely_ring_counts() -> None:
    stage = taken_call()
    stage.state(BOB, failure=Failure(reason=Reason.DTLS_ERROR, detail="somebody else was there"))
    findings = audit(stage.case())
    assert Reason.CALL_NOT_ESTABLISHED in raised(findings, Severity.FACT)
    assert raised(findings) == {Reason.DTLS_ERROR}
