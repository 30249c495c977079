"""What becomes of a call in the light of what was expected, and what keeps a scenario from being green."""

from __future__ import annotations

import pytest

from harness.judge import judge, judge_stack
from harness.model.base import Asset, Party
from harness.model.deviation import Deviation, Stacks
from harness.model.expectation import Expectation
from harness.model.finding import Finding, Reason, Severity
from harness.model.ground_truth import GroundTruth, Recovered, SentMarker
from harness.model.verdict import Outcome, Status
from harness.model.visibility import Cell, Content, Observer, Place, Sight
from harness.outcomes import observe

ALICE_AUDIO = SentMarker(asset=Asset.AUDIO, sender=Party.ALICE, marker="00000000000000aa")
LOOTED = Recovered(asset=Asset.AUDIO, sender=Party.ALICE, marker="00000000000000aa")
HEARD = {Party.BOB: {Asset.AUDIO: "00000000000000aa"}}


def fact(reason: Reason, severity: Severity = Severity.FACT) -> Finding:
    return Finding(auditor="test", reason=reason, severity=severity, vantage="call", detail="said by a test")


UP = (fact(Reason.CALL_ESTABLISHED), fact(Reason.LOCK_ON_BOTH), fact(Reason.CODES_EQUAL))
DIFFERENT = (
    fact(Reason.CALL_ESTABLISHED),
    fact(Reason.LOCK_ON_BOTH),
    fact(Reason.CODES_DIFFER, Severity.ALARM),
)


def truth(**changes: object) -> GroundTruth:
    attacked = GroundTruth(markers=(ALICE_AUDIO,), adversary="dtls-mitm", required=("ended",), deeds={"ended": 1})
    return attacked.model_copy(update=changes)


BETWEEN = {"dtls-ended-alice": 1, "dtls-ended-bob": 1}
APART = fact(Reason.KEYS_NOT_SHARED, Severity.ALARM)
REFUSED = fact(Reason.CALL_REFUSED)
LOST_LATER = fact(Reason.CALL_LOST)
DOWN = (fact(Reason.CALL_NOT_ESTABLISHED), fact(Reason.LOCK_ON_NONE), fact(Reason.CODES_ABSENT))


@pytest.mark.parametrize(
    ("deeds", "findings", "expected"),
    [
        # Two witnesses: the adversary's own handshakes, and different keys in the recording.
        (BETWEEN, (*DIFFERENT, APART), Outcome.DETECTED),
        (BETWEEN, DIFFERENT, Outcome.FALSE_ALARM),
        ({}, (*DIFFERENT, APART), Outcome.FALSE_ALARM),
        ({"dtls-ended-alice": 1}, (*DIFFERENT, APART), Outcome.FALSE_ALARM),
        ({"dtls-ended-alice": 1, "dtls-ended-bob": 0}, (*DIFFERENT, APART), Outcome.FALSE_ALARM),
        # One end was the adversary's, and the other one refused.
        ({"dtls-ended-bob": 1}, (*DIFFERENT, APART, REFUSED), Outcome.BLOCKED),
        ({"dtls-ended-bob": 1}, (*DIFFERENT, REFUSED), Outcome.FALSE_ALARM),
        ({}, (*DIFFERENT, APART, REFUSED), Outcome.FALSE_ALARM),
        # What an earlier call shows is not of this one.
        (BETWEEN, (*DIFFERENT, APART.model_copy(update={"vantage": "call-1 call"})), Outcome.FALSE_ALARM),
        # The screens do not tell.
        (BETWEEN, (*UP, APART), Outcome.BREACH),
        (BETWEEN, UP, Outcome.SECURE),
        (BETWEEN, (*UP, APART, LOST_LATER), Outcome.BREACH),
        # Somebody looked, and would not go on with it: then equal codes are those of the handshake before.
        (BETWEEN, (*UP, APART, REFUSED), Outcome.BLOCKED),
        (BETWEEN, (*DOWN, APART), Outcome.BLOCKED),
        (BETWEEN, (*DIFFERENT, APART, REFUSED), Outcome.DETECTED),
        (BETWEEN, (*DIFFERENT, APART, LOST_LATER), Outcome.DETECTED),
    ],
)
def test_an_interceptor_who_has_heard_nothing_yet(
    deeds: dict[str, int], findings: tuple[Finding, ...], expected: Outcome
) -> None:
    verdict = judge(RIGHT, truth(deeds=deeds, required=()), (), findings, HEARD)
    assert verdict.outcome is expected
    assert verdict.intercepted is (expected in {Outcome.DETECTED, Outcome.BREACH})


def test_what_was_heard_is_an_interception_whoever_ended_dtls() -> None:
    assert judge(RIGHT, truth(), (LOOTED,), DIFFERENT, HEARD).intercepted
    assert judge(RIGHT, truth(), (LOOTED,), (), HEARD).intercepted is False, "nothing is known of such a call"


@pytest.mark.parametrize(
    "reason",
    [
        Reason.PLAINTEXT_ON_WIRE,
        Reason.MARKER_ON_WIRE,
        Reason.KEY_ON_WIRE,
        Reason.LOCK_ON_SERVICE_CALL,
        Reason.CHAT_ON_DISK,
    ],
)
def test_what_anybody_could_have_read_under_a_lock_is_a_breach_without_loot(reason: Reason) -> None:
    expect = Expectation(outcome=Outcome.BREACH, because=(reason,))
    verdict = judge(expect, truth(), (), (*UP, fact(reason, Severity.ALARM)), HEARD)
    assert (verdict.outcome, verdict.status) == (Outcome.BREACH, Status.AS_EXPECTED)


@pytest.mark.parametrize("reason", [Reason.PLAINTEXT_ON_WIRE, Reason.CODE_ON_SERVICE_CALL])
@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (Reason.CODES_EQUAL, Outcome.BREACH),
        (Reason.CODES_DIFFER, Outcome.DISCLOSED),
        (Reason.CODE_ON_ONE_SIDE, Outcome.DISCLOSED),
        (Reason.CODES_ABSENT, Outcome.DISCLOSED),
    ],
)
def test_equal_codes_promise_what_a_lock_does(reason: Reason, codes: Reason, expected: Outcome) -> None:
    seen = (fact(Reason.CALL_ESTABLISHED), fact(Reason.LOCK_ON_NONE), fact(codes))
    findings = (*seen, fact(reason, Severity.ALARM))
    assert judge(RIGHT, truth(adversary=None, required=()), (), findings, HEARD).outcome is expected
    assert judge(RIGHT, truth(adversary=None, required=()), (), seen, HEARD).outcome is Outcome.DISCLOSED


def test_an_interceptor_behind_equal_codes_is_a_breach_without_a_lock() -> None:
    findings = (fact(Reason.CALL_ESTABLISHED), fact(Reason.LOCK_ON_NONE), fact(Reason.CODES_EQUAL))
    assert judge(RIGHT, truth(), (LOOTED,), findings, HEARD).outcome is Outcome.BREACH


def test_plaintext_beyond_the_promise_is_a_breach_and_its_place_is_named() -> None:
    cell = Cell(
        content=Content.AUDIO,
        observer=Observer.SERVICE,
        sight=Sight.PLAINTEXT,
        promised=Sight.CIPHERTEXT,
        where="service.log:3",
    )
    verdict = judge(RIGHT, truth(adversary=None, required=()), (), UP, HEARD, (cell,))
    assert (verdict.outcome, verdict.status) == (Outcome.BREACH, Status.UNEXPECTED)
    assert "service has audio as plaintext (service.log:3), where at most ciphertext" in verdict.because
    assert judge(RIGHT, truth(adversary=None, required=()), (), UP, HEARD).outcome is Outcome.SECURE


def test_where_the_codes_tell_no_plaintext_is_said_to_be_beyond_a_promise() -> None:
    held = Cell(
        content=Content.AUDIO,
        observer=Observer.ADVERSARY,
        sight=Sight.PLAINTEXT,
        promised=Sight.CIPHERTEXT,
        where="loot",
    )
    verdict = judge(RIGHT, truth(), (LOOTED,), DIFFERENT, HEARD, (held,))
    assert (verdict.outcome, verdict.because) == (Outcome.DETECTED, "DETECTED where SECURE was expected")


def test_a_breach_for_another_plaintext_than_the_expected_one_is_the_wrong_reason() -> None:
    at_service, at_path = (
        Cell(content=Content.AUDIO, observer=one, sight=Sight.PLAINTEXT, promised=Sight.ABSENT, where="x")
        for one in (Observer.SERVICE, Observer.PATH)
    )
    wanted = (Place(content=Content.AUDIO, observer=Observer.SERVICE),)
    expect, known = Expectation(outcome=Outcome.BREACH, beyond=wanted), truth(adversary=None, required=())
    assert judge(expect, known, (), UP, HEARD, (at_service, at_path)).status is Status.AS_EXPECTED
    verdict = judge(expect, known, (), UP, HEARD, (at_path,))
    assert (verdict.status, verdict.because) == (
        Status.WRONG_REASON,
        "BREACH as expected, but not for audio at service",
    )


def test_whose_sound_must_have_arrived_somewhere_and_did_not_is_named() -> None:
    expect = Expectation(outcome=Outcome.SECURE, reached={"recording": ("alice", "bob"), "carol": ("alice",)})
    known = truth(adversary=None, required=())
    there = {"recording": frozenset({"alice", "bob"}), "carol": frozenset({"alice"}), "bob": frozenset({"alice"})}
    assert judge(expect, known, (), UP, HEARD, reached=there).status is Status.AS_EXPECTED
    verdict = judge(expect, known, (), UP, HEARD, reached={**there, "recording": frozenset({"alice"})})
    assert verdict.status is Status.UNEXPECTED
    assert verdict.because == "SECURE as expected, but nothing that bob said is in recording"
    verdict = judge(expect, known, (), UP, HEARD, reached={"recording": there["recording"]})
    assert verdict.because == "SECURE as expected, but carol did not hear alice"


def test_a_device_that_goes_on_ringing_or_stops_for_another_reason_is_no_pass() -> None:
    expect = Expectation(outcome=Outcome.SECURE, stopped={"tablet": "answered-elsewhere"})
    known = truth(adversary=None, required=())
    assert judge(expect, known, (), UP, HEARD, stopped={"tablet": "answered-elsewhere"}).status is Status.AS_EXPECTED
    verdict = judge(expect, known, (), UP, HEARD, stopped={"tablet": "voicemail"})
    assert verdict.status is Status.UNEXPECTED
    assert "tablet stopped ringing for voicemail, not answered-elsewhere" in verdict.because
    assert "for no reason" in judge(expect, known, (), UP, HEARD).because


def test_where_nobody_may_be_heard_nobody_is() -> None:
    expect = Expectation(outcome=Outcome.SECURE, reached={"tablet": ()})
    known = truth(adversary=None, required=())
    assert judge(expect, known, (), UP, HEARD).status is Status.AS_EXPECTED
    verdict = judge(expect, known, (), UP, HEARD, reached={"tablet": frozenset({"alice"})})
    assert verdict.status is Status.UNEXPECTED
    assert "tablet has the sound of alice, too" in verdict.because


def test_keys_in_the_signalling_without_a_lock_are_disclosed() -> None:
    shown = (fact(Reason.CALL_ESTABLISHED), fact(Reason.LOCK_ON_NONE), fact(Reason.CODES_ABSENT))
    expect = Expectation(outcome=Outcome.DISCLOSED, seen=(Reason.KEYS_IN_SIGNALLING,))
    told = fact(Reason.KEYS_IN_SIGNALLING, Severity.NOTICE)
    assert judge(expect, truth(), (LOOTED,), (*shown, told), HEARD).status is Status.AS_EXPECTED
    assert judge(expect, truth(), (LOOTED,), shown, HEARD).status is Status.INVALID


def test_an_interception_that_both_screens_betray_is_as_expected() -> None:
    expect = Expectation(outcome=Outcome.DETECTED, because=(Reason.CODES_DIFFER,))
    verdict = judge(expect, truth(), (LOOTED,), DIFFERENT, HEARD)
    assert (verdict.outcome, verdict.status) == (Outcome.DETECTED, Status.AS_EXPECTED)


def test_a_marker_of_another_call_is_no_interception_but_an_error() -> None:
    stray = LOOTED.model_copy(update={"marker": "00000000000000bb"})
    expect = Expectation(outcome=Outcome.SECURE)
    assert judge(expect, truth(), (stray,), UP, HEARD).status is Status.ERROR


@pytest.mark.parametrize("other", [{"asset": Asset.VIDEO}, {"sender": Party.BOB}], ids=["asset", "sender"])
def test_a_marker_that_was_sent_by_somebody_else_or_as_something_else_is_an_error_too(other: dict[str, object]) -> None:
    stray = LOOTED.model_copy(update=other)
    assert judge(Expectation(outcome=Outcome.SECURE), truth(), (stray,), UP, HEARD).status is Status.ERROR
    seen = observe(truth(), (stray,), UP, HEARD)
    assert seen is not None and not seen.intercepted


def test_without_its_deeds_an_attack_did_not_happen() -> None:
    verdict = judge(Expectation(outcome=Outcome.SECURE), truth(deeds={}), (), UP, HEARD)
    assert verdict.status is Status.INVALID
    assert "ended" in verdict.because


WHY = "alice left no statement: /usr/bin/firefox-esr does not start: the browser did not answer session.new for 20 s"
NEVER_THERE = (
    fact(Reason.STATEMENT_MISSING, Severity.INCONCLUSIVE).model_copy(update={"vantage": "alice", "detail": WHY}),
    fact(Reason.LOCK_ON_NONE),
)


@pytest.mark.parametrize(
    "expect", [Expectation(outcome=Outcome.SECURE, seen=(Reason.REPLAY_DROPPED,)), Expectation(outcome=Outcome.BLOCKED)]
)
def test_of_a_party_that_was_never_there_the_cause_is_told_and_not_the_attack_that_had_nothing_to_meet(
    expect: Expectation,
) -> None:
    honest = judge(RIGHT, truth(adversary=None, required=(), deeds={}), (), NEVER_THERE, {})
    attacked = judge(expect, truth(deeds={}), (), NEVER_THERE, {})
    assert (attacked.outcome, attacked.status) == (Outcome.UNKNOWN, Status.INCONCLUSIVE)
    assert (attacked.status, attacked.because) == (honest.status, honest.because)
    assert attacked.because.endswith(WHY)


def test_a_missing_party_hides_no_breach_no_foreign_marker_and_no_attack_that_others_saw_fail() -> None:
    heard_early = (*NEVER_THERE, *DOWN[:1], fact(Reason.CODES_ABSENT))
    assert judge(RIGHT, truth(deeds={}), (LOOTED,), heard_early, {}).outcome is Outcome.BREACH
    stray = LOOTED.model_copy(update={"marker": "00000000000000bb"})
    assert judge(RIGHT, truth(deeds={}), (stray,), NEVER_THERE, {}).status is Status.ERROR
    unsaid = (*UP, fact(Reason.STATEMENT_MISSING, Severity.INCONCLUSIVE))
    assert judge(RIGHT, truth(deeds={}), (), unsaid, HEARD).status is Status.INVALID, "both were there"


def test_a_missing_party_says_nothing_of_a_known_deviation() -> None:
    verdict = judge_stack(RIGHT, KNOWN, truth(deeds={}), (), NEVER_THERE, {})
    assert (verdict.status, verdict.because.endswith(WHY)) == (Status.INCONCLUSIVE, True)


def test_what_the_recording_must_show_of_an_attack_cannot_be_claimed_by_the_attacker() -> None:
    expect = Expectation(outcome=Outcome.SECURE, seen=(Reason.REPLAY_DROPPED,))
    assert judge(expect, truth(), (), UP, HEARD).status is Status.INVALID
    shown = (*UP, fact(Reason.REPLAY_DROPPED, Severity.NOTICE))
    assert judge(expect, truth(), (), shown, HEARD).status is Status.AS_EXPECTED


def test_what_was_not_refused_is_told_by_its_alarm_and_not_as_an_attack_that_never_was() -> None:
    expect = Expectation(outcome=Outcome.SECURE, seen=(Reason.REPLAY_DROPPED,))
    taken = (*UP, fact(Reason.REPLAY_ACCEPTED, Severity.ALARM))
    verdict = judge(expect, truth(), (), taken, HEARD)
    assert (verdict.status, verdict.because) == (Status.WRONG_REASON, "SECURE as expected, but also replay-accepted")
    undone = truth().model_copy(update={"required": ("packets-replayed",), "deeds": {}})
    assert judge(expect, undone, (), taken, HEARD).status is Status.INVALID
    degraded = judge(expect, truth(), (), taken, {})
    assert (degraded.outcome, degraded.status) == (Outcome.DEGRADED, Status.INVALID)


def test_the_right_outcome_for_another_reason_is_not_green() -> None:
    wanted = Expectation(outcome=Outcome.DETECTED, because=(Reason.CODES_DIFFER, Reason.CERTIFICATE_SUBSTITUTED))
    assert judge(wanted, truth(), (LOOTED,), DIFFERENT, HEARD).status is Status.WRONG_REASON


def test_an_alarm_that_nobody_expected_is_not_green() -> None:
    extra = (*UP, fact(Reason.UNEXPLAINED_PACKET, Severity.ALARM))
    expect = Expectation(outcome=Outcome.SECURE)
    assert judge(expect, truth(), (), extra, HEARD).status is Status.WRONG_REASON
    tolerant = Expectation(outcome=Outcome.SECURE, also=(Reason.UNEXPLAINED_PACKET,))
    assert judge(tolerant, truth(), (), extra, HEARD).status is Status.AS_EXPECTED


def test_of_several_ways_to_refuse_one_is_enough_and_none_is_not() -> None:
    ways = (Reason.CODES_DIFFER, Reason.FINGERPRINT_MISMATCH)
    expect = Expectation(outcome=Outcome.DETECTED, either=ways)
    assert judge(expect, truth(), (LOOTED,), DIFFERENT, HEARD).status is Status.AS_EXPECTED
    both = (*DIFFERENT, fact(Reason.FINGERPRINT_MISMATCH, Severity.ALARM))
    assert judge(expect, truth(), (LOOTED,), both, HEARD).status is Status.AS_EXPECTED
    other = Expectation(
        outcome=Outcome.DETECTED, either=(Reason.SDP_REJECTED, Reason.FINGERPRINT_MISMATCH), also=(Reason.CODES_DIFFER,)
    )
    verdict = judge(other, truth(), (LOOTED,), DIFFERENT, HEARD)
    assert verdict.status is Status.WRONG_REASON
    assert "nobody raised sdp-rejected or fingerprint-mismatch" in verdict.because


def test_an_auditor_that_could_not_look_is_not_green() -> None:
    blind = (*UP, fact(Reason.TOOL_MISSING, Severity.INCONCLUSIVE))
    assert judge(Expectation(outcome=Outcome.SECURE), truth(), (), blind, HEARD).status is Status.INCONCLUSIVE


def test_a_breach_is_not_hidden_behind_a_missing_tool() -> None:
    blind = (*UP, fact(Reason.TOOL_MISSING, Severity.INCONCLUSIVE))
    verdict = judge(Expectation(outcome=Outcome.SECURE), truth(), (LOOTED,), blind, HEARD)
    assert (verdict.outcome, verdict.status) == (Outcome.BREACH, Status.UNEXPECTED)


def test_media_that_did_not_arrive_or_is_not_what_was_sent_is_degraded() -> None:
    expect = Expectation(outcome=Outcome.SECURE)
    for heard in ({}, {Party.BOB: {Asset.AUDIO: "00000000000000bb"}}):
        verdict = judge(expect, truth(), (), UP, heard)
        assert (verdict.outcome, verdict.status) == (Outcome.DEGRADED, Status.UNEXPECTED)


@pytest.mark.parametrize(
    "findings",
    [
        (),
        UP[:2],
        (*UP, fact(Reason.CODES_DIFFER, Severity.ALARM)),
        (*UP, fact(Reason.CALL_NOT_ESTABLISHED)),
    ],
)
def test_a_question_left_open_or_contradicted_is_unknown(findings: tuple[Finding, ...]) -> None:
    assert observe(truth(), (), findings, HEARD) is None
    verdict = judge(Expectation(outcome=Outcome.SECURE), truth(), (), findings, HEARD)
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.status is not Status.AS_EXPECTED


def deviation(**expect: object) -> Deviation:
    return Deviation(
        id="takes-dtls-from-anyone",
        stack="aioice",
        version="0.13.0",
        scenarios=("clienthello-race",),
        right="the call comes up",
        happens="the call is lost",
        reason="no source address is checked",
        reference="scenario clienthello-race",
        expect=Expectation.model_validate(expect, strict=False),
    )


LOST = (
    fact(Reason.CALL_NOT_ESTABLISHED),
    fact(Reason.LOCK_ON_NONE),
    fact(Reason.CODES_ABSENT),
    fact(Reason.DTLS_ERROR, Severity.ALARM),
)
RIGHT = Expectation(outcome=Outcome.SECURE)
KNOWN = deviation(outcome="BLOCKED", because=["dtls-error"])


def test_a_known_deviation_that_occurs_is_named_and_never_green() -> None:
    verdict = judge_stack(RIGHT, KNOWN, truth(), (), LOST, {})
    assert (verdict.outcome, verdict.status) == (Outcome.BLOCKED, Status.KNOWN_DEVIATION)
    assert "takes-dtls-from-anyone" in verdict.because
    assert "aioice/0.13.0" in verdict.because


def test_a_known_deviation_that_stops_occurring_fails_the_run() -> None:
    verdict = judge_stack(RIGHT, KNOWN, truth(), (), UP, HEARD)
    assert (verdict.outcome, verdict.status) == (Outcome.SECURE, Status.UNEXPECTED)
    assert "did not occur" in verdict.because


def test_a_program_may_do_right_what_the_stack_inside_it_is_known_to_do_wrong() -> None:
    assert judge_stack(RIGHT, KNOWN, truth(), (), UP, HEARD, mendable=True).status is Status.AS_EXPECTED
    assert judge_stack(RIGHT, KNOWN, truth(), (), LOST, {}, mendable=True).status is Status.KNOWN_DEVIATION
    other = (*LOST[:3], fact(Reason.ENDPOINT_ERROR, Severity.ALARM))
    assert judge_stack(RIGHT, KNOWN, truth(), (), other, {}, mendable=True).status is Status.WRONG_REASON


def test_a_known_deviation_that_changes_fails_the_run() -> None:
    other = (*LOST[:3], fact(Reason.ENDPOINT_ERROR, Severity.ALARM))
    verdict = judge_stack(RIGHT, KNOWN, truth(), (), other, {})
    assert verdict.status is Status.WRONG_REASON
    assert "has changed" in verdict.because


def test_a_deviation_excuses_no_attack_that_did_not_happen() -> None:
    assert judge_stack(RIGHT, KNOWN, truth(deeds={}), (), LOST, {}).status is Status.INVALID


def test_no_deviation_excuses_a_breach() -> None:
    with pytest.raises(ValueError, match="no stack may be known for BREACH"):
        deviation(outcome="BREACH", because=[])
    excused = KNOWN.model_construct(**{**dict(KNOWN), "expect": Expectation(outcome=Outcome.BREACH)})
    verdict = judge_stack(RIGHT, excused, truth(), (LOOTED,), UP, HEARD)
    assert verdict.outcome is Outcome.BREACH
    assert verdict.status is not Status.KNOWN_DEVIATION


def test_without_a_known_deviation_the_scenario_is_judged_as_it_is_written() -> None:
    assert judge_stack(RIGHT, None, truth(), (), LOST, {}).status is Status.UNEXPECTED


@pytest.mark.parametrize(
    ("counts", "status"),
    [((20,), Status.AS_EXPECTED), ((9, 11), Status.AS_EXPECTED), ((9, 10), Status.INVALID), ((None,), Status.INVALID)],
)
def test_one_of_many_that_were_sent_proves_no_volley(counts: tuple[int | None, ...], status: Status) -> None:
    expect = Expectation(outcome=Outcome.SECURE, seen=(Reason.FOREIGN_CHECK,), at_least={Reason.FOREIGN_CHECK: 20})
    shown = [fact(Reason.FOREIGN_CHECK).model_copy(update={"count": count}) for count in counts]
    verdict = judge(expect, truth(), (), (*UP, *shown), HEARD)
    assert verdict.status is status, verdict.because
    if status is Status.INVALID:
        total = sum(count or 0 for count in counts)
        assert verdict.because == (
            f"the recording does not show the attack: foreign-check {total} times, where 20 are the least"
        )


def test_a_volley_that_was_taken_is_told_by_its_alarm_and_not_by_what_is_missing() -> None:
    expect = Expectation(
        outcome=Outcome.SECURE,
        seen=(Reason.FOREIGN_CHECK, Reason.CHECKS_REFUSED),
        at_least={Reason.FOREIGN_CHECK: 20, Reason.CHECKS_REFUSED: 20},
    )
    taken = (*UP, fact(Reason.FOREIGN_CHECK), fact(Reason.UNPROVED_CHECK_ANSWERED, Severity.ALARM))
    assert judge(expect, truth(), (), taken, HEARD).status is Status.WRONG_REASON


def test_what_an_auditor_could_not_tell_is_told_before_what_is_missing_for_that() -> None:
    dropped = {Reason.FOREIGN_PACKET_DROPPED: 8}
    expect = Expectation(outcome=Outcome.SECURE, seen=(Reason.FOREIGN_PACKET_DROPPED,), at_least=dropped)
    untold = fact(Reason.NOT_CHECKED, Severity.INCONCLUSIVE)
    at_one_end = fact(Reason.FOREIGN_PACKET_DROPPED).model_copy(update={"count": 4})
    for seen in ((), (at_one_end,)):
        verdict = judge(expect, truth(), (), (*UP, *seen, untold), HEARD)
        assert verdict.status is Status.INCONCLUSIVE, verdict.because
        assert Reason.NOT_CHECKED in verdict.because


def test_what_is_counted_must_be_seen() -> None:
    with pytest.raises(ValueError, match="at_least counts something that need not be seen"):
        Expectation(outcome=Outcome.SECURE, seen=(), at_least={Reason.FOREIGN_CHECK: 20})


def test_a_deviation_that_another_one_shows_need_not_occur_and_is_known_when_it_does() -> None:
    shown = KNOWN.model_copy(update={"shown_by": "the-other"})
    right = judge_stack(RIGHT, None, truth(), (), UP, HEARD)
    assert right.status is Status.AS_EXPECTED
    assert judge_stack(RIGHT, KNOWN, truth(), (), UP, HEARD).status is Status.UNEXPECTED
    silent = judge_stack(RIGHT, shown, truth(), (), UP, HEARD)
    assert (silent.status, silent.outcome) == (right.status, right.outcome)
    assert silent.because == f"{right.because}; {KNOWN.id} of {KNOWN.software} did not occur this time; the-other must"
    assert judge_stack(RIGHT, shown, truth(), (), LOST, {}) == judge_stack(RIGHT, KNOWN, truth(), (), LOST, {})


def test_a_deviation_speaks_of_one_version_only() -> None:
    assert KNOWN.applies("clienthello-race[position=path]", {Party.BOB: "aiortc/1.16.0 aioice/0.13.0 OpenSSL 3.5"})
    assert not KNOWN.applies("clienthello-race", {Party.BOB: "aiortc/1.16.0 aioice/0.13.1"})
    assert not KNOWN.applies("dtls-junk", {Party.BOB: "aioice/0.13.0"})


def test_a_deviation_may_speak_of_two_stacks_at_their_ends() -> None:
    between = (Stacks(alice="aioice", bob="other"),)
    known = KNOWN.model_copy(update={"between": between})
    deviating, healthy = "aiortc/1.16.0 aioice/0.13.0", "other/2"
    assert known.applies("clienthello-race", {Party.ALICE: deviating, Party.BOB: healthy})
    assert not known.applies("clienthello-race", {Party.ALICE: healthy, Party.BOB: deviating})
    assert not known.applies("clienthello-race", {Party.ALICE: deviating, Party.BOB: deviating})
    assert not known.applies("clienthello-race", {Party.ALICE: "aioice/0.13.1", Party.BOB: healthy})
    assert not known.applies("clienthello-race", {Party.ALICE: deviating})
    both = KNOWN.model_copy(update={"between": (Stacks(alice="aioice", bob="aioice"),)})
    assert not both.applies("clienthello-race", {Party.ALICE: deviating, Party.BOB: "aioice/0.13.1"})


def test_media_before_the_acceptance_is_a_breach_by_its_alarm() -> None:
    early = fact(Reason.MEDIA_BEFORE_ACCEPT, Severity.ALARM)
    expect = Expectation(outcome=Outcome.BREACH, because=(Reason.MEDIA_BEFORE_ACCEPT,))
    assert judge(expect, truth(), (), (*UP, early), HEARD).status is Status.AS_EXPECTED


def test_chat_that_the_service_could_read_makes_no_call_intercepted() -> None:
    written = SentMarker(asset=Asset.CHAT, sender=Party.ALICE, marker="00000000000000cc")
    read = Recovered(asset=Asset.CHAT, sender=Party.ALICE, marker="00000000000000cc")
    told = {Party.BOB: HEARD[Party.BOB] | {Asset.CHAT: "00000000000000cc"}}
    both = truth(markers=(ALICE_AUDIO, written))
    observed = observe(both, (read,), UP, told)
    assert observed is not None
    assert (observed.intercepted, observed.delivered) == (False, True)
    assert judge(Expectation(outcome=Outcome.SECURE), both, (read,), UP, told).status is Status.AS_EXPECTED
    both_read = observe(both, (read, LOOTED), UP, told)
    assert both_read is not None and both_read.intercepted


def test_a_line_of_chat_that_was_not_read_was_not_delivered() -> None:
    written = SentMarker(asset=Asset.CHAT, sender=Party.ALICE, marker="00000000000000cc")
    observed = observe(truth(markers=(ALICE_AUDIO, written)), (), UP, HEARD)
    assert observed is not None and not observed.delivered
