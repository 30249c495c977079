"""The recording itself: a byte that nobody can explain, a key in any dress, a keystream used twice are alarms."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.auditors.wire import audit
from harness.model.base import Party
from harness.model.finding import Finding, Reason, Severity
from harness.wire.srtp import profile
from harness.wire.srtp_kdf import session_keys

from .answers import raised
from .packets import BINDING_REQUEST, opus, receiver_report, rtp, sender
from .stage import ALICE, BOB, PROFILE, SIGNALLED, Stage, clear_call, honest_call, keyed_description, service_call

MAGIC = 0x2112A442


def alarms(stage: Stage, folder: Path) -> list[Finding]:
    return [one for one in audit(stage.examined(folder)) if one.severity is Severity.ALARM]


def secret_of(stage: Stage) -> bytes:
    return next(iter(stage.keylogs[Party.ALICE].values()))


def stun_with(attribute: int, value: bytes) -> bytes:
    padded = value + bytes(-len(value) % 4)
    head = struct.pack("!HHI", 1, 4 + len(padded), MAGIC) + bytes(range(12))
    return head + struct.pack("!HH", attribute, len(value)) + padded


def test_of_a_healthy_call_every_byte_is_explained_and_nothing_is_found(tmp_path: Path) -> None:
    findings = audit(honest_call().examined(tmp_path))
    assert {one.severity for one in findings} == {Severity.FACT}
    facts = {(one.reason, one.vantage) for one in findings}
    for leg in ("alice-bob", "bob-alice"):
        assert {(Reason.BYTES_EXPLAINED, leg), (Reason.SEARCHED, leg), (Reason.KEYSTREAMS_COMPARED, leg)} <= facts


def test_without_an_examination_the_answer_is_open() -> None:
    (finding,) = audit(honest_call().case())
    assert (finding.severity, finding.reason) == (Severity.INCONCLUSIVE, Reason.NOT_CHECKED)


@pytest.mark.parametrize(
    "spelled",
    [
        bytes,
        lambda key: key.hex().encode(),
        lambda key: key.hex().upper().encode(),
        base64.b64encode,
        lambda key: base64.b64encode(b"x" + key),
        lambda key: key[::-1],
        lambda key: bytes(byte ^ 0x5A for byte in key),
    ],
)
def test_a_master_secret_is_found_in_every_spelling(spelled: Callable[[bytes], bytes], tmp_path: Path) -> None:
    stage = honest_call()
    secret = secret_of(stage)
    # A known attribute of a STUN message: its bytes are explained, only the search can see what they are.
    stage.on_leg(BOB, True, stun_with(0x8022, spelled(secret)))
    (alarm,) = alarms(stage, tmp_path)
    assert (alarm.reason, alarm.vantage, alarm.auditor) == (Reason.KEY_ON_WIRE, "bob-alice", "wire")
    assert secret.hex()[:16] not in alarm.detail.lower()


def test_a_master_secret_that_leaks_byte_by_byte_is_found(tmp_path: Path) -> None:
    """One byte in the transaction id of each of 48 checks."""
    stage = honest_call()
    for byte in secret_of(stage):
        stage.on_leg(ALICE, True, struct.pack("!HHI", 1, 0, MAGIC) + bytes([7, byte]) + bytes(10))
    assert {one.reason for one in alarms(stage, tmp_path)} == {Reason.KEY_ON_WIRE}


def test_a_key_in_the_signalling_is_found(tmp_path: Path) -> None:
    stage = honest_call()
    stage.describe(ALICE, f"v=0\r\na=x-note:{secret_of(stage).hex()}\r\n")
    assert {one.reason for one in alarms(stage, tmp_path)} == {Reason.KEY_ON_WIRE}


@pytest.mark.parametrize(
    ("hidden", "reason"),
    [
        (stun_with(0x8F00, b"what is this for"), Reason.UNKNOWN_BYTES),
        (BINDING_REQUEST + b"and more behind", Reason.TRAILING_BYTES),
        (struct.pack("!BHHHIH", 23, 0xFEFD, 0, 0, 9, 16) + b"application data", Reason.UNKNOWN_BYTES),
        (b"\xff" * 40, Reason.UNKNOWN_BYTES),
    ],
)
def test_bytes_that_nobody_can_explain_are_an_alarm(hidden: bytes, reason: Reason, tmp_path: Path) -> None:
    stage = honest_call()
    stage.on_leg(ALICE, True, hidden)
    found = alarms(stage, tmp_path)
    assert {one.reason for one in found} == {reason}
    assert {one.vantage for one in found} == {"alice-bob"}


@pytest.mark.parametrize("far", [1, 2])
def test_such_bytes_are_a_notice_when_they_only_came_in(far: int, tmp_path: Path) -> None:
    """From a stranger's address, or from where the peer is: the peer's own leg would show what it sent itself."""
    stage = honest_call()
    stage.on_leg(ALICE, False, b"\xff" * 40, far=far)
    findings = audit(stage.examined(tmp_path))
    assert not raised(findings)
    assert Reason.UNKNOWN_BYTES in raised(findings, Severity.NOTICE)
    stage.on_leg(ALICE, True, b"\xff" * 41, far=far)
    assert raised(audit(stage.examined(tmp_path))) == {Reason.UNKNOWN_BYTES}


def test_media_in_clear_decodes(tmp_path: Path) -> None:
    assert Reason.PAYLOAD_DECODES in raised(audit(clear_call().examined(tmp_path)))


def test_what_a_stranger_sends_in_clear_is_worth_a_notice_only(tmp_path: Path) -> None:
    stage = honest_call()
    for number in range(40):
        stage.on_leg(ALICE, False, opus(number, ssrc=0xBAD), far=2)
    findings = audit(stage.examined(tmp_path))
    assert not raised(findings)
    assert Reason.PAYLOAD_DECODES in {one.reason for one in findings if one.severity is Severity.NOTICE}


def test_a_keystream_that_is_used_twice_is_an_alarm(tmp_path: Path) -> None:
    """Alice counts again from the beginning under the same key: other words, the same indexes."""
    stage = honest_call()
    again = sender(stage.keys[ALICE, True])
    for number in range(10):
        other = opus(number, ssrc=0xA11CE)[12:]
        stage.on_leg(ALICE, True, again.protect(rtp(65530 + number, other, ssrc=0xA11CE)))
    findings = audit(stage.examined(tmp_path))
    assert Reason.TWO_TIME_PAD in raised(findings)
    assert [one.vantage for one in findings if one.reason is Reason.KEYSTREAMS_COMPARED] == ["bob-alice"]


def test_without_keys_nobody_says_that_keystreams_were_compared(tmp_path: Path) -> None:
    findings = audit(clear_call().examined(tmp_path))
    assert Reason.KEYSTREAMS_COMPARED not in {one.reason for one in findings}


def test_the_keys_of_an_ordinary_call_belong_into_its_descriptions_and_nowhere_else(tmp_path: Path) -> None:
    stage = service_call()
    assert alarms(stage, tmp_path) == []
    stage.on_leg(BOB, True, stun_with(0x8022, SIGNALLED[BOB][:16]))
    (alarm,) = alarms(stage, tmp_path)
    assert (alarm.reason, alarm.vantage) == (Reason.KEY_ON_WIRE, "bob-alice")


def test_a_session_key_belongs_into_no_description(tmp_path: Path) -> None:
    stage = service_call()
    derived = session_keys(profile(PROFILE), SIGNALLED[ALICE], rtcp=False).cipher
    stage.describe(ALICE, f"{keyed_description(ALICE, SIGNALLED[ALICE])}a=x-key:{derived.hex()}\r\n")
    assert {one.reason for one in alarms(stage, tmp_path)} == {Reason.KEY_ON_WIRE}


@pytest.mark.parametrize(("outward", "expected"), [(True, {Reason.PLAINTEXT_ON_WIRE}), (False, set())])
def test_reports_in_clear_are_an_alarm_when_the_party_sends_them(
    outward: bool, expected: set[Reason], tmp_path: Path
) -> None:
    stage = honest_call()
    for number in range(3):
        stage.on_leg(ALICE, outward, receiver_report(number, ssrc=0xA11CE))
    assert {one.reason for one in alarms(stage, tmp_path)} == expected
