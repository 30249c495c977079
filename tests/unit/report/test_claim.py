"""Intercepted if and only if the codes differ: counted over established calls that showed the lock to both."""

from __future__ import annotations

import pytest

from harness.model.finding import Reason, Severity
from harness.model.verdict import Outcome, Result, Status
from harness.report.claim import Contingency, contingency, over_specimens, under_test

from .sample import ALICE, BOB, blocked, code, detected, established, finding, not_run, result


def numbers(table: Contingency) -> dict[tuple[bool, bool], int]:
    """(intercepted, codes differ) -> calls."""
    return {(cell.intercepted, cell.differ): len(cell.results) for cell in table.cells}


def breach(scenario: str, **changes: object) -> Result:
    return detected(scenario, codes={ALICE: code("x"), BOB: code("x")}, outcome=Outcome.BREACH, **changes)


def false_alarm(scenario: str) -> Result:
    return result(scenario, codes={ALICE: code("x"), BOB: code("y")}, outcome=Outcome.FALSE_ALARM)


def test_each_call_is_counted_in_its_cell() -> None:
    table = contingency([result("a"), result("b"), result("c"), detected("d"), detected("e"), breach("f")])
    assert numbers(table) == {(True, True): 2, (True, False): 1, (False, True): 0, (False, False): 3}
    assert table.calls == 6


def test_it_holds_when_both_directions_were_tried_and_nothing_breaks_it() -> None:
    table = contingency([result("a"), detected("b")])
    assert table.holds
    assert table.sentence == "Holds in all 2 calls that could have broken it."


@pytest.mark.parametrize("breaker", [breach("x"), false_alarm("x")], ids=["missed interception", "false alarm"])
def test_one_call_breaks_it(breaker: Result) -> None:
    table = contingency([result("a"), detected("b"), breaker])
    assert table.breaking == (breaker,)
    assert not table.holds
    assert table.sentence == "Broken by 1 call of 3."


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([], "Not tested: no established call showed the lock and two codes."),
        ([result("a")], "Not broken, but only half tested: no intercepted call was judged."),
        ([detected("a")], "Not broken, but only half tested: no honest call was judged."),
    ],
    ids=["nothing", "only honest", "only intercepted"],
)
def test_silence_is_not_support(results: list[Result], sentence: str) -> None:
    table = contingency(results)
    assert not table.holds
    assert table.sentence == sentence


@pytest.mark.parametrize("status", [Status.INVALID, Status.INCONCLUSIVE, Status.ERROR])
def test_a_call_that_was_not_judged_may_break_it_but_never_support_it(status: Status) -> None:
    unsure = contingency([result("a"), detected("b", status=status)])
    assert not unsure.holds
    assert unsure.cells[0].unjudged == 1
    assert contingency([result("a"), detected("b"), breach("c", status=status)]).sentence == "Broken by 1 call of 3."
    assert "all 2 calls" in contingency([result("a"), detected("b"), result("c", status=status)]).sentence


@pytest.mark.parametrize(
    ("left_out", "why"),
    [
        (not_run("x", "interrupted"), "not run"),
        (blocked("x"), "not established"),
        (result("x", findings=()), "not known to be established"),
        (result("x", codes={ALICE: code("x"), BOB: code("y")}, outcome=Outcome.BLOCKED), "refused by an endpoint"),
        (result("x", findings=established(Reason.LOCK_ON_ONE)), "without a lock on both screens"),
        (
            result("x", findings=established(Reason.LOCK_ON_NONE), intercepted=True, codes={}),
            "without a lock on both screens, intercepted",
        ),
        (result("x", codes={ALICE: code("x")}), "without two codes to compare"),
        (blocked("x", intercepted=True), "not established, intercepted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_claim_does_not_speak_of_is_counted_outside_with_the_reason(left_out: Result, why: str) -> None:
    table = contingency([left_out])
    assert table.calls == 0
    assert table.outside == ((why, 1),)


def test_specimens_have_a_table_of_their_own() -> None:
    results = [result("a"), detected("b"), breach("c", family="specimens")]
    assert under_test(results).holds
    assert [one.scenario for one in over_specimens(results).breaking] == ["c"]


def test_a_cell_says_which_outcomes_are_in_it() -> None:
    exposed = result(
        "c",
        outcome=Outcome.BREACH,
        findings=(*established(), finding("o", Reason.PLAINTEXT_ON_WIRE, Severity.ALARM, "alice-relay", "x")),
    )
    table = contingency([result("a"), result("b"), exposed])
    assert table.cells[3].outcomes == ((Outcome.SECURE, 2), (Outcome.BREACH, 1))
