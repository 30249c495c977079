"""Calls that nobody takes, through the real service: the voicemail takes what it may, and the rest has failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.recording_folder import KEPT
from harness.model.finding import Reason
from harness.model.outcome import Outcome
from harness.model.scenario import Scenario
from harness.model.verdict import Status
from harness.placement import Placed, place
from harness.runner import Options

pytestmark = pytest.mark.live

ORDINARY: dict[str, Any] = {"set": [{"voicemail": "bob"}], "rings": 0.5}


def placed(tmp_path: Path, tenant: dict[str, Any], expect: dict[str, Any], **call: Any) -> Placed:
    known = {"id": "unanswered", "family": "control", "title": "A call", "why": "A test"}
    called = {"media": ["audio"], "ring": 60, "seconds": 2.5, "patience": 0, **call}
    text = json.dumps({**known, "call": called, "tenant": tenant, "expect": expect})
    return place(Scenario.model_validate_json(text), Options(captures=tmp_path / "captures", without=("wireshark",)))


def kept(one: Placed) -> set[str]:
    assert one.recording is not None
    return {path.name for path in (one.recording / KEPT).rglob("*") if path.is_file()}


def test_the_voicemail_takes_what_nobody_answers_and_keeps_what_is_said(tmp_path: Path) -> None:
    one = placed(
        tmp_path,
        ORDINARY,
        {"outcome": "DISCLOSED", "seen": ["taken-elsewhere"], "reached": {"voicemail": ["alice"]}},
        mode="service",
    )
    assert (one.result.outcome, one.result.status) == (Outcome.DISCLOSED, Status.AS_EXPECTED), one.result.because
    assert kept(one) == {"voicemail-alice-contoso-example.wav"}
    assert Reason.CALL_ESTABLISHED in {finding.reason for finding in one.result.findings}


def test_a_message_that_is_not_kept_is_no_pass(tmp_path: Path) -> None:
    expect = {"outcome": "DISCLOSED", "reached": {"voicemail": ["bob"]}}
    one = placed(tmp_path, ORDINARY, expect, mode="service")
    assert one.result.status is Status.UNEXPECTED
    assert one.result.because == "DISCLOSED as expected, but nothing that bob said is in voicemail"


def test_where_nobody_wants_a_voicemail_an_unanswered_call_has_failed(tmp_path: Path) -> None:
    one = placed(tmp_path, {**ORDINARY, "set": []}, {"outcome": "DISCLOSED"}, mode="service")
    assert one.result.outcome is Outcome.FAILED_CALL
    assert kept(one) == set()


def test_a_call_that_would_be_encrypted_goes_to_no_voicemail(tmp_path: Path) -> None:
    allowed = "Set-CsTeamsEnhancedEncryptionPolicy -Identity Global -CallingEndtoEndEncryptionEnabledType"
    steps = [{"cmdlet": f"{allowed} DisabledUserOverride"}, {"toggle": "alice"}, {"toggle": "bob"}]
    one = placed(tmp_path, {"set": [*steps, {"voicemail": "bob"}], "rings": 0.5}, {"outcome": "SECURE"})
    assert one.result.outcome is Outcome.FAILED_CALL
    assert kept(one) == set()
