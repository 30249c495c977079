"""What the service turned on, refused, or claims to have turned on."""

from __future__ import annotations

import pytest

from harness.auditors.features import audit
from harness.model.feature import Feature, FeatureRefusal, FeatureRequest
from harness.model.finding import Reason, Severity
from harness.model.recording import SignalKind
from harness.model.scenario import Mode

from .answers import detail, raised
from .stage import ALICE, BOB, honest_call, service_call


def test_a_call_without_any_says_so() -> None:
    (found,) = audit(honest_call().course().case())
    assert (found.reason, found.severity) == (Reason.NO_FEATURE, Severity.FACT)


@pytest.mark.parametrize("feature", Feature)
def test_a_refusal_names_what_was_refused(feature: Feature) -> None:
    stage = honest_call().course()
    refusal = FeatureRefusal(feature=feature, detail="not here")
    stage.tell(ALICE, SignalKind.FEATURE_REFUSED, refusal.model_dump_json())
    findings = audit(stage.case())
    assert raised(findings, Severity.FACT) == {Reason.FEATURE_REFUSED}
    assert f"alice was refused {feature}: " in detail(findings, Reason.FEATURE_REFUSED)


def test_what_is_on_in_an_ordinary_call_is_a_fact_and_in_the_two_devices_own_it_is_inserted() -> None:
    on = FeatureRequest(feature=Feature.RECORDING).model_dump_json()
    for stage, mode, reason, severity in (
        (service_call(), Mode.SERVICE, Reason.FEATURE_SWITCHED, Severity.FACT),
        (honest_call(), Mode.E2EE, Reason.FEATURE_INSERTED, Severity.NOTICE),
    ):
        stage.course(mode)
        stage.tell(BOB, SignalKind.FEATURE, on)
        findings = audit(stage.case())
        assert raised(findings, severity) == {reason}
        assert "recording: on" in detail(findings, reason)


@pytest.mark.parametrize("body", ["", "{}", "recording", '{"feature": "applause"}', "\x1b[2J" * 100, "[" * 9_000])
def test_a_message_that_is_none_is_told_in_its_own_words(body: str) -> None:
    stage = honest_call().course()
    stage.tell(BOB, SignalKind.FEATURE, body)
    stage.tell(BOB, SignalKind.FEATURE_REFUSED, body)
    findings = audit(stage.case())
    assert {one.reason for one in findings} == {Reason.FEATURE_INSERTED, Reason.FEATURE_REFUSED}
    assert all(len(one.detail) < 400 and one.detail.isprintable() for one in findings)
