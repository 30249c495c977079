"""A conformance run as lines: what was skipped is told with its reason, and counted for itself."""

from __future__ import annotations

from harness.model.endpoint_check import Answered, Check, EndpointCheck
from harness.outputs import exit_code
from harness.report.endpoint_check_console import closing_line, line


def document(*answered: Answered) -> EndpointCheck:
    checks = tuple(Check(name="chat", answered=one, detail="it says that it lacks 'chat'") for one in answered)
    return EndpointCheck(command=("client",), software="client/1", checks=checks)


def test_what_is_skipped_fails_nothing_and_is_not_counted_as_passed() -> None:
    modest = document(Answered.PASSED, Answered.SKIPPED)
    assert (modest.passed, exit_code(modest)) == (True, 0)
    assert closing_line(modest) == (
        "1 of 2 checks passed, 1 skipped, with the reason: this program can be put under test"
    )
    assert line(modest.checks[1]).split() == ["skip", "chat", *["it", "says", "that", "it", "lacks", "'chat'"]]


def test_what_fails_beside_it_fails_the_check() -> None:
    wrong = document(Answered.PASSED, Answered.SKIPPED, Answered.FAILED)
    assert (wrong.passed, exit_code(wrong)) == (False, 1)
    assert closing_line(wrong) == ("1 of 3 checks passed, 1 skipped, with the reason, 1 failed, 0 could not be tried")
