"""Media keys in the signalling: what an ordinary call is, and what no other call may have."""

from __future__ import annotations

import pytest

from harness.auditors.keyholders import audit
from harness.model.finding import Reason, Severity
from harness.model.mode import Mode

from .answers import detail, raised
from .stage import ALICE, BOB, OF_ALICE, SIGNALLED, Stage, description, honest_call, keyed_description, service_call


def test_a_call_of_the_two_devices_own_has_no_key_in_its_signalling() -> None:
    (finding,) = audit(honest_call().case())
    assert (finding.reason, finding.severity) == (Reason.KEYS_NOT_IN_SIGNALLING, Severity.FACT)


def test_an_ordinary_call_says_of_each_party_that_the_service_has_its_key() -> None:
    findings = audit(service_call().case())
    assert [(one.reason, one.severity, one.vantage) for one in findings] == [
        (Reason.KEYS_IN_SIGNALLING, Severity.NOTICE, "alice"),
        (Reason.KEYS_IN_SIGNALLING, Severity.NOTICE, "bob"),
    ]


@pytest.mark.parametrize("mode", [Mode.E2EE, Mode.CLEAR])
def test_in_any_other_call_the_same_is_an_alarm(mode: Mode) -> None:
    stage = service_call()
    stage.mode = mode
    findings = audit(stage.case())
    assert raised(findings) == {Reason.KEYS_IN_SIGNALLING}
    assert len(findings) == 2


@pytest.mark.parametrize("line", ["a=crypto:1 ROT13 inline:AAAA", "a=crypto:", "a=crypto"])
def test_one_line_is_enough_whether_or_not_anybody_could_use_it(line: str) -> None:
    stage = honest_call()
    stage.describe(ALICE, f"{description(OF_ALICE)}{line}\r\n")
    findings = audit(stage.case())
    assert raised(findings) == {Reason.KEYS_IN_SIGNALLING}
    assert detail(findings, Reason.KEYS_IN_SIGNALLING).startswith("alice put 1 media key into its descriptions")


def test_a_key_that_the_service_put_in_is_not_the_partys_doing() -> None:
    stage = honest_call()
    stage.describe(ALICE, description(OF_ALICE), arrives=keyed_description(ALICE, SIGNALLED[ALICE]))
    (finding,) = audit(stage.case())
    assert (finding.severity, finding.vantage) == (Severity.NOTICE, BOB)
    assert finding.detail == "bob was told 1 media key that alice never sent"


def test_a_description_that_is_too_long_to_be_read_is_looked_through_all_the_same() -> None:
    stage = Stage()
    stage.describe(BOB, "a=x\n" * 5000 + "a=crypto:1 ROT13 inline:AAAA\n")
    assert raised(audit(stage.case())) == {Reason.KEYS_IN_SIGNALLING}


def test_no_key_is_shown() -> None:
    for finding in audit(service_call().case()):
        assert "inline" not in finding.detail
