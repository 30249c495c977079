"""Two calls of the same two devices: nothing of the first may come back in the second."""

from __future__ import annotations

from dataclasses import replace

from harness.auditors.case import Case
from harness.auditors.history import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from tests.unit.wire.openssl_pair import identity, shake_hands

from .answers import raised
from .stage import ALICE, BOB, OF_ALICE, OF_BOB, clear_call, honest_call, intercepted_call


def with_past(case: Case, *earlier: Case) -> Case:
    return replace(case, earlier=earlier)


def test_a_first_call_has_no_past() -> None:
    (found,) = audit(honest_call().case())
    assert found.reason is Reason.FIRST_CALL


def test_a_certificate_and_a_code_that_come_back_are_alarms() -> None:
    findings = audit(with_past(honest_call().case(), honest_call().case()))
    assert raised(findings) == {Reason.CERTIFICATE_REUSED, Reason.CODE_REPEATED}
    assert {one.vantage for one in findings} == {party.value for party in Party}


def test_a_code_alone_may_come_back() -> None:
    stage, past = intercepted_call(), honest_call()
    stage.show(ALICE, code=past.statements[ALICE].screen.code)
    findings = audit(with_past(stage.case(), past.case()))
    repeated = [one for one in findings if one.reason is Reason.CODE_REPEATED]
    assert [one.vantage for one in repeated] == [ALICE.value]


def test_two_calls_without_a_code_repeat_none() -> None:
    assert raised(audit(with_past(clear_call().case(), clear_call().case()))) == set()


def test_what_links_the_calls_is_named() -> None:
    stage = honest_call()
    stage.describe(BOB, "v=0\r\na=ice-ufrag:always\r\n")
    findings = audit(with_past(stage.case(), stage.case()))
    linked = [one for one in findings if one.reason is Reason.CALLS_LINKABLE]
    assert {one.severity for one in linked} == {Severity.NOTICE}
    assert any("ICE user name" in one.detail and "always" in one.detail for one in linked)
    assert any("SSRC" in one.detail for one in linked)
    assert any("serial number" in one.detail for one in linked)


def test_calls_with_nothing_in_common_are_not_linked() -> None:
    stage, past = honest_call(), honest_call()
    past.signalling = []
    for party in Party:
        past.wire[party] = []
        past.show(party, code="0" * 20)
    (found,) = audit(with_past(stage.case(), past.case()))
    assert found.reason is Reason.CALLS_NOT_LINKED


def test_another_certificate_of_the_old_key_is_no_new_one() -> None:
    stage, past = honest_call(), honest_call()
    renewed = identity("alice, renewed", key=OF_ALICE.key)
    past.wire[ALICE] = []
    past.handshake(ALICE, shake_hands(OF_BOB, renewed))
    past.show(ALICE, code="0" * 20)
    findings = audit(with_past(stage.case(), past.case()))
    said = [one.detail for one in findings if one.reason is Reason.CERTIFICATE_REUSED and one.vantage == ALICE.value]
    assert said == ["alice presented another certificate of the same key as in c1"]
