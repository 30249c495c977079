"""What a self-test comes to: every way of not seeing, and every way of seeing what is not there, fails it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model.alarms import UNPLANTED
from harness.model.expectation import Expectation
from harness.model.finding import Finding, Reason, Severity
from harness.model.mode import Mode
from harness.model.scenario import Family, Scenario
from harness.model.self_test import JUDGE, MATRIX, SelfTest
from harness.model.verdict import Outcome, Result, Status
from harness.model.visibility import Cell, Content, Observer, Sight, Visibility
from harness.report.self_test_console import self_test_lines
from harness.self_test import OWED, members, self_test


def plan(name: str, family: Family, because: tuple[Reason, ...], twin: str | None = None) -> Scenario:
    expect = Expectation(outcome=Outcome.BREACH if twin else Outcome.BLOCKED, because=because)
    return Scenario(id=name, family=family, title=name, why="a test", expect=expect, twin=twin)


def result(name: str, outcome: Outcome, *reasons: tuple[str, Reason], status: Status = Status.AS_EXPECTED) -> Result:
    findings = tuple(
        Finding(auditor=auditor, reason=reason, severity=Severity.ALARM, vantage="call", detail="seen")
        for auditor, reason in reasons
    )
    return Result(
        scenario=name,
        title=name,
        family="",
        expected=outcome,
        outcome=outcome,
        status=status,
        because="as it is",
        codes={},
        intercepted=False,
        findings=findings,
        recording=None,
        seconds=0,
    )


REFUSED = Reason.FINGERPRINT_MISMATCH
UNCOMPARED = Reason.FINGERPRINT_NOT_COMPARED
SPECIMEN = plan("never-compared", Family.SPECIMENS, (UNCOMPARED, Reason.CODES_DIFFER), twin="interception")
TWIN = plan("interception", Family.NETWORK, (REFUSED,))
PLANS = {one.id: one for one in (SPECIMEN, TWIN)}
GIVEN = (("binding", UNCOMPARED), ("codes", Reason.CODES_DIFFER))
RESULTS = {
    SPECIMEN.id: result(SPECIMEN.id, Outcome.BREACH, *GIVEN),
    TWIN.id: result(TWIN.id, Outcome.BLOCKED, ("establishment", REFUSED)),
}


def trial(plans: dict[str, Scenario] = PLANS, **results: Any) -> SelfTest:
    named = {name.replace("_", "-"): one for name, one in results.items()}
    return self_test([SPECIMEN.id], plans, {name: one for name, one in (RESULTS | named).items() if one is not None})


def test_a_specimen_that_is_caught_beside_a_twin_that_is_quiet_passes() -> None:
    found = trial()
    assert found.passed and not found.missed
    assert found.sentence == "passed: 1 of 1 specimens recognised, 1 of 1 healthy twins quiet"
    (catch,) = found.catches
    assert catch.by == {"binding": (UNCOMPARED,), "codes": (Reason.CODES_DIFFER,)}
    eyes = {one.auditor: (one.caught, one.planted, one.quiet, one.healthy) for one in found.eyes}
    assert eyes == {"binding": (1, 1, 1, 1), "codes": (1, 1, 1, 1), "establishment": (0, 0, 1, 1)}


def test_a_twin_is_quiet_when_it_says_what_its_stack_says_to_the_same_attack() -> None:
    expect = Expectation(outcome=Outcome.BLOCKED, by_stack={"aiortc": (REFUSED,), "firefox": (Reason.CALL_LOST,)})
    plans = {**PLANS, TWIN.id: TWIN.model_copy(update={"expect": expect})}
    assert trial(plans).passed
    assert not trial(plans, interception=result(TWIN.id, Outcome.BLOCKED, ("codes", Reason.CODES_DIFFER))).passed


def test_a_specimen_that_lacks_what_it_needs_is_counted_and_held_against_nobody() -> None:
    tested = self_test([*(one.specimen for one in trial().catches), "absent"], PLANS, RESULTS, lacking={"absent"})
    assert tested.passed
    assert tested.sentence.endswith(", 1 not run for want of what they need")
    assert self_test(["absent"], PLANS, RESULTS, lacking={"absent"}) == SelfTest()


def test_a_specimen_whose_twin_lacks_something_is_counted_and_held_against_nobody() -> None:
    """A program under test takes the healthy client's place, and may have no place there."""
    other = plan("code-shared", Family.SPECIMENS, (Reason.CODES_DIFFER,), twin="written")
    plans = PLANS | {other.id: other}
    results = RESULTS | {other.id: result(other.id, Outcome.BREACH, ("codes", Reason.CODES_DIFFER))}
    tested = self_test([SPECIMEN.id, other.id], plans, results, lacking={"written"})
    assert tested.passed
    assert tested.sentence == (
        "passed: 1 of 1 specimens recognised, 1 of 1 healthy twins quiet, "
        "1 left out, whose healthy twins were not run for want of something"
    )
    assert not self_test([SPECIMEN.id, other.id], plans, results).passed


def test_without_specimens_nothing_was_tested() -> None:
    assert self_test([], PLANS, RESULTS) == SelfTest()
    assert not SelfTest().passed and "not tested" in SelfTest().sentence


@pytest.mark.parametrize(
    "seen",
    [
        None,
        result(SPECIMEN.id, Outcome.BREACH, *GIVEN, status=Status.WRONG_REASON),
        result(SPECIMEN.id, Outcome.SECURE, status=Status.UNEXPECTED),
        result(SPECIMEN.id, Outcome.UNKNOWN, status=Status.ERROR),
        result(SPECIMEN.id, Outcome.BREACH, *GIVEN, status=Status.KNOWN_DEVIATION),
        result(SPECIMEN.id, Outcome.BREACH, GIVEN[0]),
    ],
    ids=["not run", "wrong reason", "unexpected", "error", "deviation", "half the reasons"],
)
def test_a_specimen_that_is_not_recognised_by_its_reasons_fails(seen: Result | None) -> None:
    found = trial(never_compared=seen)
    assert not found.passed and found.sentence.startswith("FAILED: 0 of 1")
    assert found.catches[0].why
    assert any(line.startswith("MISSED  never-compared") for line in self_test_lines(found))


def test_a_reason_that_nobody_gave_is_held_against_the_auditor_who_gives_it_elsewhere() -> None:
    half = result(SPECIMEN.id, Outcome.BREACH, GIVEN[0], status=Status.WRONG_REASON)
    elsewhere = result("elsewhere", Outcome.DETECTED, GIVEN[1])
    found = self_test([SPECIMEN.id], PLANS, {**RESULTS, SPECIMEN.id: half, "elsewhere": elsewhere})
    eyes = {one.auditor: (one.caught, one.planted) for one in found.eyes}
    assert eyes["codes"] == (0, 1)
    assert found.catches[0].missing == (Reason.CODES_DIFFER,)


@pytest.mark.parametrize(
    "seen",
    [
        None,
        result(TWIN.id, Outcome.BLOCKED, ("establishment", REFUSED), ("wire", Reason.TWO_TIME_PAD)),
        result(TWIN.id, Outcome.FALSE_ALARM, status=Status.UNEXPECTED),
        result(TWIN.id, Outcome.UNKNOWN, status=Status.INCONCLUSIVE),
    ],
    ids=["not run", "an alarm too many", "unexpected", "inconclusive"],
)
def test_a_twin_that_is_not_left_alone_fails(seen: Result | None) -> None:
    found = trial(interception=seen)
    assert not found.passed
    assert any(line.startswith("TWIN  interception") for line in self_test_lines(found))


def test_an_alarm_of_the_twin_is_held_against_its_auditor() -> None:
    loud = result(TWIN.id, Outcome.BLOCKED, ("establishment", REFUSED), ("wire", Reason.TWO_TIME_PAD))
    eyes = {one.auditor: (one.quiet, one.healthy) for one in trial(interception=loud).eyes}
    assert eyes["wire"] == (0, 1) and eyes["binding"] == (1, 1)


def test_a_twin_that_deviates_as_it_is_known_to_is_quiet() -> None:
    known = result(TWIN.id, Outcome.SECURE, ("strangers", UNCOMPARED), status=Status.KNOWN_DEVIATION)
    assert trial(interception=known).passed


def test_a_specimen_without_a_plan_or_a_twin_is_never_recognised() -> None:
    assert not trial(plans={TWIN.id: TWIN}).passed
    assert not trial(plans={SPECIMEN.id: SPECIMEN}).passed


def test_what_only_the_loot_shows_is_the_judges_catch() -> None:
    short = plan("short-code", Family.SPECIMENS, (REFUSED,), twin=TWIN.id)
    results = {short.id: result(short.id, Outcome.BREACH, ("establishment", REFUSED)), TWIN.id: RESULTS[TWIN.id]}
    (catch,) = self_test([short.id], {short.id: short, TWIN.id: TWIN}, results).catches
    assert catch.caught and catch.by == {JUDGE: ()}


@pytest.mark.parametrize(("observer", "by"), [(Observer.SERVICE, MATRIX), (Observer.ADVERSARY, JUDGE)])
def test_what_only_the_markers_show_is_the_catch_of_whoever_looked_for_them(observer: Observer, by: str) -> None:
    leaking = plan("leaking", Family.SPECIMENS, (REFUSED,), twin=TWIN.id)
    cell = Cell(content=Content.AUDIO, observer=observer, sight=Sight.PLAINTEXT, promised=Sight.CIPHERTEXT, where="x")
    seen = Visibility(shown=Mode.E2EE, cells=(cell,))
    leaked = result(leaking.id, Outcome.BREACH, ("establishment", REFUSED)).model_copy(update={"visibility": seen})
    plans, results = {leaking.id: leaking, TWIN.id: TWIN}, {leaking.id: leaked, TWIN.id: RESULTS[TWIN.id]}
    (catch,) = self_test([leaking.id], plans, results).catches
    assert catch.caught and catch.by == {by: ()}


def test_an_error_is_no_miss_but_no_pass_either() -> None:
    found = trial(never_compared=result(SPECIMEN.id, Outcome.UNKNOWN, status=Status.ERROR))
    assert not found.passed and not found.missed
    assert trial(never_compared=result(SPECIMEN.id, Outcome.SECURE, status=Status.UNEXPECTED)).missed


def test_with_an_eye_closed_nothing_is_passed() -> None:
    found = self_test([SPECIMEN.id], PLANS, RESULTS, closed=("path", "wireshark"))
    assert not found.passed and not found.missed
    assert found.sentence.startswith("not passed, without path, wireshark: 1 of 1")


def test_an_eye_for_which_nothing_is_planted_says_so() -> None:
    lines = [line for line in self_test_lines(trial()) if line.startswith("establishment")]
    assert ["nothing planted" in line for line in lines] == [True]


def test_an_auditor_that_only_informs_is_not_said_to_be_untested() -> None:
    found = self_test([SPECIMEN.id], PLANS, RESULTS, informing=("establishment",))
    (line,) = (line for line in self_test_lines(found) if line.startswith("establishment"))
    assert "informs, never alarms" in line
    assert found.passed


def test_a_twin_that_broke_was_not_quiet() -> None:
    broken = result(TWIN.id, Outcome.UNKNOWN, status=Status.ERROR)
    eyes = {one.auditor: (one.quiet, one.healthy) for one in trial(interception=broken).eyes}
    assert eyes["binding"] == (0, 1)


def test_specimens_and_their_twins_are_the_members() -> None:
    other = plan("other", Family.MEDIA, ())
    assert members([other, TWIN, SPECIMEN]) == (TWIN, SPECIMEN)


def test_an_eye_that_has_gone_blind_is_not_excused_by_another_that_sees_the_same() -> None:
    name, said = OWED["screens"]
    specimen = plan(name, Family.SPECIMENS, (said,), twin=TWIN.id)
    plans = {specimen.id: specimen, TWIN.id: TWIN}

    def tested(*eyes: str, closed: tuple[str, ...] = ()) -> SelfTest:
        seen = result(name, Outcome.BREACH, *((eye, said) for eye in eyes))
        return self_test([name], plans, {**RESULTS, name: seen}, closed)

    assert tested("codes", "screens").passed
    blind = tested("codes")
    assert blind.missed and blind.catches[0].why == f"the auditor 'screens' did not raise {said}"
    assert {one.auditor: (one.caught, one.planted) for one in blind.eyes}["screens"] == (0, 1)
    assert not tested("codes", closed=("screens",)).missed  # it was left out, which the sentence says


def test_the_alarms_of_which_nothing_is_said_are_named_with_the_reason() -> None:
    tested = trial()
    assert tested.unplanted == UNPLANTED
    lines = [line for line in self_test_lines(tested) if line.startswith("not planted: ")]
    assert {name for line in lines for name in line.split(": ")[1].split(", ")} == set(UNPLANTED)
    assert "not planted: packet-not-told, told-not-seen: only a browser tells" in "\n".join(lines)
