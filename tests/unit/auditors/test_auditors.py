"""All auditors together: silent on a healthy call, deaf to the answer, and not to be brought down by what they read."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harness.auditors
from harness.auditors import AUDITORS
from harness.auditors.case import Case
from harness.model.alarms import FAILURES
from harness.model.finding import Finding, Reason, Severity
from harness.model.mode import Mode
from tests.unit.model.outlined import outlined

from .answers import raised
from .stage import ALICE, BOB, Stage, clear_call, honest_call, intercepted_call, refused_call, service_call

OFFLINE = [auditor for auditor in AUDITORS if auditor.name != "wireshark"]
HONEST, INTERCEPTED = honest_call(), intercepted_call()


def ask_all(case: Case) -> tuple[Finding, ...]:
    return tuple(finding for auditor in OFFLINE for finding in auditor.audit(case))


def test_the_auditors_are_asked_in_this_order() -> None:
    assert [auditor.name for auditor in AUDITORS] == [
        "establishment",
        "acceptance",
        "modes",
        "features",
        "chat",
        "codes",
        "binding",
        "signalling",
        "keyholders",
        "service-path",
        "opacity",
        "strangers",
        "sources",
        "path",
        "network",
        "memory",
        "wire",
        "parameters",
        "indicator",
        "screens",
        "history",
        "randomness",
        "wireshark",
    ]


def test_who_only_informs_has_no_way_to_raise_an_alarm() -> None:
    informing = [one for one in AUDITORS if one.informs]
    assert [one.name for one in informing] == ["sources", "path", "network"]
    for one in informing:
        assert not re.search(r"[.](alarm|ALARM)\b", Path(str(inspect.getsourcefile(one.audit))).read_text())


def test_every_auditor_signs_its_findings_with_its_own_name() -> None:
    for auditor in AUDITORS:
        findings = [
            one for stage in (honest_call(), clear_call(), refused_call()) for one in auditor.audit(stage.case())
        ]
        assert findings
        assert {one.auditor for one in findings} == {auditor.name}


def test_a_healthy_call_raises_no_alarm_and_leaves_nothing_open(tmp_path: Path) -> None:
    findings = ask_all(honest_call().examined(tmp_path))
    assert {one.severity for one in findings} == {Severity.FACT}
    assert {one.auditor for one in findings} == {auditor.name for auditor in OFFLINE}


def test_a_healthy_call_that_was_accepted_first_is_as_quiet(tmp_path: Path) -> None:
    stage = honest_call().course()
    stage.service_log = b"0.000 bob accept 0 characters\n"
    findings = ask_all(stage.examined(tmp_path))
    assert {one.severity for one in findings} == {Severity.FACT}
    assert {Reason.ACCEPTED_FIRST, Reason.MODE_AS_DECIDED, Reason.NO_FEATURE, Reason.NO_CHAT} <= {
        one.reason for one in findings
    }


def test_an_ordinary_call_raises_no_alarm_and_says_who_holds_its_keys(tmp_path: Path) -> None:
    findings = ask_all(service_call().examined(tmp_path))
    assert {one.severity for one in findings} == {Severity.FACT, Severity.NOTICE}
    assert raised(findings, Severity.NOTICE) == {Reason.KEYS_IN_SIGNALLING, Reason.KEYS_IN_CAPTURE}


def test_the_same_packets_and_descriptions_are_an_alarm_in_a_call_that_must_be_the_two_devices_own(
    tmp_path: Path,
) -> None:
    stage = service_call()
    stage.mode = Mode.E2EE
    assert raised(ask_all(stage.examined(tmp_path))) == {
        Reason.KEYS_IN_SIGNALLING,
        Reason.KEY_ON_WIRE,
        Reason.PLAINTEXT_ON_WIRE,
    }


def test_an_interception_is_told_from_a_healthy_call_by_four_auditors() -> None:
    alarms = {(one.auditor, one.reason) for one in ask_all(intercepted_call().case()) if one.severity is Severity.ALARM}
    assert alarms == {
        ("codes", Reason.CODES_DIFFER),
        ("binding", Reason.FINGERPRINT_ALTERED),
        ("binding", Reason.CERTIFICATE_NOT_SIGNALLED),
        ("binding", Reason.CERTIFICATE_SUBSTITUTED),
        ("opacity", Reason.KEYS_NOT_SHARED),
        ("parameters", Reason.CERTIFICATE_REUSED),
    }


def test_the_same_case_gets_the_same_answer_again() -> None:
    stage = intercepted_call()
    assert ask_all(stage.case()) == ask_all(stage.case())


def test_a_case_holds_nothing_of_what_was_expected_or_what_the_adversary_knows() -> None:
    assert {field.name for field in fields(Case)} == {
        "recording",
        "tables",
        "statements",
        "signalling",
        "keylogs",
        "dissections",
        "policy",
        "examination",
        "leak_policy",
        "service_log",
        "earlier",
        "damage",
        "service_connections",
        "dumps",
        "wires",
    }


def test_every_reason_that_there_is_can_be_given_by_somebody() -> None:
    folder = Path(harness.auditors.__file__).parent
    sources = [*folder.glob("*.py"), *(folder.parent / "inspection").rglob("*.py"), folder.parent / "audit.py"]
    given_somewhere = {name for path in sources for name in re.findall(r"\bReason\.([A-Z_]+)", path.read_text())}
    endpoints_own = {reason.name for reason in FAILURES}
    assert given_somewhere | endpoints_own == {reason.name for reason in Reason}


@pytest.mark.parametrize("missing", ["tables", "statements", "signalling", "keylogs"])
def test_a_case_with_nothing_in_it_is_never_green(missing: str) -> None:
    case = honest_call().case()
    empty: object = {"tables": {}, "statements": {}, "signalling": (), "keylogs": {}}[missing]
    findings = ask_all(Case(**{**{field.name: getattr(case, field.name) for field in fields(Case)}, missing: empty}))
    assert {one.severity for one in findings} & {Severity.ALARM, Severity.INCONCLUSIVE}


@settings(max_examples=60, deadline=None)
@given(
    packets=st.lists(st.tuples(st.booleans(), st.binary(max_size=120)), max_size=8),
    flips=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2000), st.integers(1, 255)), max_size=6),
)
def test_no_packet_brings_an_auditor_down(packets: list[tuple[bool, bytes]], flips: list[tuple[int, int, int]]) -> None:
    stage = Stage(
        statements=HONEST.statements,
        signalling=HONEST.signalling,
        keylogs=HONEST.keylogs,
        now=HONEST.now,
        wire={party: [replace(one) for one in HONEST.wire[party]] for party in HONEST.wire},
    )
    for row, at, value in flips:
        frame = stage.wire[ALICE][row % len(stage.wire[ALICE])]
        place = at % len(frame.data)
        frame.data = frame.data[:place] + bytes([frame.data[place] ^ value]) + frame.data[place + 1 :]
    for outward, data in packets:
        stage.on_leg(BOB, outward, data)
    assert all(one.detail.isprintable() for one in ask_all(stage.case()))


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60), inside=st.binary(max_size=40))
def test_no_statement_brings_an_auditor_down(text: str, inside: bytes) -> None:
    stage = Stage(
        statements=dict(INTERCEPTED.statements),
        signalling=INTERCEPTED.signalling,
        keylogs=INTERCEPTED.keylogs,
        wire=INTERCEPTED.wire,
        now=INTERCEPTED.now,
    )
    stage.show(ALICE, code=text, peer=text)
    told = outlined(inside).hex()
    stage.state(BOB, local_certificate=told, presented_certificate=told)
    findings = ask_all(stage.case())
    assert all(one.detail.isprintable() for one in findings)
    assert raised(findings) >= {Reason.WRONG_PEER_NAME, Reason.CODE_MALFORMED, Reason.STATEMENT_CONTRADICTS_WIRE}


@settings(max_examples=40, deadline=None)
@given(body=st.text(max_size=200))
def test_no_description_brings_an_auditor_down(body: str) -> None:
    stage = Stage(statements=HONEST.statements, keylogs=HONEST.keylogs, wire=HONEST.wire, now=HONEST.now)
    for sender in (ALICE, BOB):
        stage.describe(sender, "a=fingerprint:" + body)
    assert Reason.FINGERPRINT_NOT_COMPARED in raised(ask_all(stage.case()))
