"""What a run comes to. Green is only the run in which everything selected went as expected."""

from __future__ import annotations

import pytest

from harness.model.verdict import Outcome, Status, Summary
from harness.report.tally import Codes, compare_codes, tally

from .sample import ALICE, BOB, code, detected, document, not_run, result


def test_all_as_expected_is_green() -> None:
    counted = tally(document([result(), detected()]))
    assert (counted.green, counted.headline) == (True, "All 2 scenarios went as expected")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.AS_EXPECTED])
def test_one_scenario_of_any_other_status_is_not(status: Status) -> None:
    counted = tally(document([result("a"), result("b", status=status)]))
    assert not counted.green
    known = status is Status.KNOWN_DEVIATION
    otherwise = "went as expected, 1 as the stack is known to deviate" if known else "did not go as expected"
    assert counted.headline == f"1 of 2 scenarios {otherwise}"


def test_a_run_of_nothing_is_not_green() -> None:
    assert tally(document([])).headline == "Nothing ran"
    assert tally(document([not_run("a", "no network")])).headline == "Nothing ran"
    assert not tally(document([])).green


def test_an_interrupted_run_is_not_green_whatever_ended() -> None:
    counted = tally(document([result(), not_run("b", "interrupted")], interrupted=True))
    assert (counted.green, counted.headline) == (False, "Interrupted: 1 scenario of 2 ended")
    assert not tally(document([result()], interrupted=True)).green


def test_every_status_and_outcome_is_counted_also_with_zero() -> None:
    counted = tally(document([result("a"), result("b"), detected("c"), not_run("d", "no")]))
    assert set(counted.by_status) == set(Status)
    assert set(counted.by_outcome) == set(Outcome)
    assert counted.by_status[Status.AS_EXPECTED] == 3
    assert counted.by_outcome[Outcome.SECURE] == 2
    assert counted.by_outcome[Outcome.BREACH] == 0
    assert (counted.selected, counted.executed, counted.not_run) == (4, 3, 1)


def test_a_summary_that_disagrees_with_its_results_is_called_out() -> None:
    summary = Summary(
        selected=3, executed=2, by_status={Status.AS_EXPECTED: 2}, by_outcome={Outcome.SECURE: 1, Outcome.BREACH: 0}
    )
    counted = tally(document([result()], summary=summary))
    assert not counted.green
    assert counted.headline == "The summary disagrees with its own results"
    assert counted.contradictions == (
        "the summary says 3 selected, the results say 1",
        "the summary says 2 AS_EXPECTED, the results say 1",
    )
    assert counted.selected == 3


def test_what_was_left_out_is_listed_with_the_scenarios() -> None:
    left_out = document([result("a", not_checked=("wireshark", "wireshark")), result("b", not_checked=("wireshark",))])
    assert tally(left_out).not_checked == {"wireshark": ("a", "b")}


def test_codes_are_compared_digit_by_digit() -> None:
    near = code("a")[:-1] + str((int(code("a")[-1]) + 1) % 10)
    assert compare_codes(result(codes={ALICE: code("a"), BOB: code("a")})) is Codes.EQUAL
    assert compare_codes(result(codes={ALICE: code("a"), BOB: near})) is Codes.DIFFER
    assert compare_codes(result(codes={BOB: code("a")})) is Codes.ONE
    assert compare_codes(result(codes={})) is Codes.NONE
