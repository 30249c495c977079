"""What the service turned on, refused, or claims to have turned on."""

from __future__ import annotations

import pytest

from harness.auditors.features import audit
from harness.model.feature import NAMES, Feature, FeatureRefusal, FeatureRequest
from harness.model.finding import Reason, Severity
from harness.model.mode import Mode
from harness.model.recording import SignalEntry, SignalKind, SignalMessage
from harness.model.statement import Failure

from .answers import detail, raised
from .stage import ALICE, BOB, Stage, honest_call, service_call


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


def asking(feature: Feature, refusal: FeatureRefusal | None) -> Stage:
    """Alice asks for a feature in an encrypted call."""
    stage = honest_call().course()
    request = FeatureRequest(feature=feature).model_dump_json()
    message = SignalMessage(kind=SignalKind.FEATURE, sender=ALICE, body=request)
    stage.signalling.append(SignalEntry(time=stage.now, hop="alice", direction="out", message=message))
    if refusal is not None:
        stage.tell(ALICE, SignalKind.FEATURE_REFUSED, refusal.model_dump_json())
    return stage


@pytest.mark.parametrize("feature", Feature)
def test_who_asks_for_what_an_encrypted_call_cannot_have_is_refused_it_by_its_name(feature: Feature) -> None:
    named = FeatureRefusal(feature=feature, detail=f"{NAMES[feature]} is not available.")
    assert raised(audit(asking(feature, named).case())) == set()
    other = next(one for one in Feature if one is not feature)
    for wrong in (
        None,
        FeatureRefusal(feature=feature, detail="It is not available."),
        FeatureRefusal(feature=other, detail=f"{NAMES[other]} is not available."),
    ):
        findings = audit(asking(feature, wrong).case())
        assert raised(findings) == {Reason.FEATURE_NOT_REFUSED}
        assert f"asked for {feature}" in detail(findings, Reason.FEATURE_NOT_REFUSED)


def test_one_refusal_is_an_answer_to_one_request() -> None:
    named = FeatureRefusal(feature=Feature.PARK, detail="Call park is not available.")
    stage = asking(Feature.PARK, named)
    stage.signalling.append(next(one for one in stage.signalling if one.message.kind is SignalKind.FEATURE))
    assert raised(audit(stage.case())) == {Reason.FEATURE_NOT_REFUSED}


def test_in_an_ordinary_call_and_in_one_that_failed_nothing_has_to_be_refused() -> None:
    stage = asking(Feature.PARK, None)
    stage.state(ALICE, failure=Failure(reason=Reason.CONNECTION_LOST, detail="silence"))
    assert raised(audit(stage.case())) == set(), "it was up, and ended before it could be told"
    stage.state(ALICE, connected=False, failure=None)
    assert raised(audit(stage.case())) == set()
    ordinary = service_call().course(Mode.SERVICE)
    ordinary.say(ALICE, SignalKind.FEATURE, FeatureRequest(feature=Feature.PARK).model_dump_json())
    assert raised(audit(ordinary.case())) == set()
