"""Calls as findings, and certificates against what was signalled."""

from __future__ import annotations

import pytest

from harness.inspection.calls import CallEvidence, call_findings, calls, signalled_findings
from harness.model.finding import Reason, Severity
from harness.wire.sdp import Fingerprint

from ...wire.openssl_pair import shake_hands
from .captured import ALICE_ID, BOB_ID, MALLORY_ID, captured, changed, honest, intercepted

Said = set[tuple[Severity, Reason, str]]


def said(*captures: CallEvidence) -> Said:
    return {(one.severity, one.reason, one.vantage) for one in call_findings(calls(captures))}


BOTH = "alice.pcap, bob.pcap"


def test_a_verdict_is_one_finding() -> None:
    assert said(*honest()) == {(Severity.FACT, Reason.SAME_CALL, BOTH)}
    assert said(*intercepted()) == {(Severity.ALARM, Reason.CERTIFICATES_DIFFER, BOTH)}


def test_one_capture_alone_is_no_fault_and_a_second_one_without_the_call_is() -> None:
    alice, _ = honest()
    assert said(alice) == {(Severity.NOTICE, Reason.CALL_NOT_PAIRED, "alice.pcap")}
    assert said(alice, CallEvidence("bob.pcap", ())) == {(Severity.INCONCLUSIVE, Reason.CALL_NOT_PAIRED, "alice.pcap")}
    assert said(CallEvidence("bob.pcap", ())) == {(Severity.INCONCLUSIVE, Reason.CALL_NOT_PAIRED, "bob.pcap")}


def test_what_keeps_a_code_from_being_known_is_said() -> None:
    unknown = captured("alice.pcap", shake_hands(ALICE_ID, BOB_ID), controlling=None)
    assert (Severity.INCONCLUSIVE, Reason.CALLER_UNKNOWN, "alice.pcap") in said(unknown)
    hidden = changed(honest()[0], version="DTLSv1.3", certificates_near=(), certificates_far=())
    assert (Severity.INCONCLUSIVE, Reason.CERTIFICATE_NOT_VISIBLE, "alice.pcap") in said(hidden)


OF_ALICE, OF_BOB, OF_MALLORY = (Fingerprint.of(one.der) for one in (ALICE_ID, BOB_ID, MALLORY_ID))
OTHER_HASH = Fingerprint.of(ALICE_ID.der, "sha-512")
UNUSABLE = Fingerprint(None, "sha-256", "nonsense")

AGREE = (Severity.FACT, Reason.CERTIFICATES_AGREE)
NOT_SIGNALLED = (Severity.ALARM, Reason.CERTIFICATE_NOT_SIGNALLED)


@pytest.mark.parametrize(
    ("signalled", "expected"),
    [
        ({"offer": [OF_ALICE], "answer": [OF_BOB]}, [AGREE]),
        ({"offer": [OF_ALICE, OTHER_HASH], "answer": [OF_BOB, OF_BOB]}, [AGREE]),
        ({"offer": [OF_ALICE]}, []),
        ({"offer": [OF_MALLORY]}, [NOT_SIGNALLED]),
        ({"offer": [OF_ALICE], "answer": [OF_MALLORY]}, [NOT_SIGNALLED, NOT_SIGNALLED]),
        ({"offer": [OF_ALICE, OF_MALLORY], "answer": [OF_BOB]}, [NOT_SIGNALLED, NOT_SIGNALLED]),
        ({"offer": [UNUSABLE]}, [NOT_SIGNALLED]),
        ({"offer": [OF_ALICE, UNUSABLE], "answer": [OF_BOB]}, [AGREE]),
        ({"offer": [], "answer": []}, []),
        ({}, []),
    ],
)
def test_certificates_against_the_signalling(
    signalled: dict[str, list[Fingerprint]], expected: list[tuple[Severity, Reason]]
) -> None:
    found = signalled_findings(honest()[:1], signalled)
    assert [(one.severity, one.reason) for one in found] == expected


def test_certificates_that_are_encrypted_cannot_be_compared() -> None:
    hidden = changed(honest()[0], certificates_near=(), certificates_far=())
    (one,) = signalled_findings([hidden], {"offer": [OF_ALICE]})
    assert (one.severity, one.reason) == (Severity.INCONCLUSIVE, Reason.CERTIFICATE_NOT_VISIBLE)


def test_a_handshake_that_nobody_finished_is_not_held_against_the_signalling() -> None:
    begun = changed(honest()[0], finished_near=False)
    assert signalled_findings([begun], {"offer": [OF_MALLORY]}) == ()
