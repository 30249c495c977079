"""Recordings that never change must be judged as they always were.

What is expected here was written down from what each call was (who attacked it, what was planted), by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.audit import WIRESHARK, audit_entries
from harness.evidence.run_folder import Run, open_run
from harness.inspection.parameters.policy import load_policy
from harness.model.finding import Severity
from harness.model.verdict import Outcome, Result
from harness.vantage import tshark

GOLDEN = Path(__file__).parent.parent.parent / "captures" / "golden" / "first"

BOTH_LEGS = ("alice-relay", "bob-relay")
DIRECT_LEGS = ("alice-bob", "bob-alice")
SUBSTITUTED = {
    *(("certificate-not-signalled", leg) for leg in BOTH_LEGS),
    *(("certificate-substituted", leg) for leg in BOTH_LEGS),
    ("keys-not-shared", "call"),
}
CLEAR = {
    (reason, leg)
    for reason in ("plaintext-on-wire", "marker-on-wire", "payload-decodes", "not-random", "lock-without-encryption")
    for leg in BOTH_LEGS
}

ALARMS: dict[str, tuple[Outcome, set[tuple[str, str]]]] = {
    "honest-audio-call": (Outcome.SECURE, set()),
    "fingerprint-missing": (Outcome.BLOCKED, {("fingerprint-missing", "bob"), ("fingerprint-altered", "call")}),
    "fingerprint-swap-one-side[swap=caller]": (
        Outcome.BLOCKED,
        SUBSTITUTED | {("fingerprint-mismatch", "alice"), ("fingerprint-altered", "call")},
    ),
    "fingerprint-swap-one-side[swap=callee]": (
        Outcome.BLOCKED,
        SUBSTITUTED | {("fingerprint-mismatch", "bob"), ("fingerprint-altered", "call")},
    ),
    "srtp-replay": (Outcome.SECURE, set()),
    "replay-accepted": (Outcome.SECURE, {("replay-accepted", leg) for leg in BOTH_LEGS}),
    "fingerprint-never-compared": (
        Outcome.DETECTED,
        SUBSTITUTED
        | {("codes-differ", "call"), ("fingerprint-not-compared", "alice"), ("fingerprint-not-compared", "bob")},
    ),
    "clear-with-lock": (
        Outcome.BREACH,
        CLEAR | {("code-not-from-certificates", "alice"), ("code-not-from-certificates", "bob")},
    ),
    "null-cipher": (
        Outcome.BREACH,
        CLEAR
        | {(reason, leg) for reason in ("packet-not-authenticated", "foreign-packet-accepted") for leg in BOTH_LEGS},
    ),
}

WIRE_FACTS = ("bytes-explained", "searched", "header-in-clear", "keystreams-compared", "lengths-compared")
HONEST_FACTS = {
    ("establishment", "call-established", "call"),
    ("codes", "codes-equal", "call"),
    ("history", "first-call", "call"),
    ("signalling", "signalling-intact", "call"),
    ("keyholders", "keys-not-in-signalling", "call"),
    ("service-path", "service-path-none", "call"),
    ("binding", "certificates-agree", "call"),
    ("opacity", "every-packet-authenticated", "alice-bob"),
    ("opacity", "every-packet-authenticated", "bob-alice"),
    ("opacity", "keys-shared", "call"),
    *(("wire", reason, leg) for reason in WIRE_FACTS for leg in DIRECT_LEGS),
    ("strangers", "peer-proved", "alice-bob"),
    ("strangers", "peer-proved", "bob-alice"),
    ("memory", "memory-not-searched", "call"),
    ("sources", "sources-declared", "alice-bob"),
    ("sources", "sources-declared", "bob-alice"),
    ("path", "path-unchanged", "call"),
    ("network", "nothing-to-compare", "call"),
    ("parameters", "parameters-negotiated", "alice-bob"),
    ("parameters", "parameters-negotiated", "bob-alice"),
    ("parameters", "parameters-acceptable", "call"),
    ("indicator", "lock-on-both", "call"),
    ("indicator", "indicator-honest", "call"),
    ("screens", "not-checked", "call"),
    ("randomness", "not-refuted", "call"),
    ("acceptance", "not-checked", "call"),
    ("modes", "not-checked", "call"),
    ("features", "no-feature", "call"),
    ("chat", "no-chat", "call"),
    ("wireshark", "wireshark-agrees", "alice-bob"),
    ("wireshark", "wireshark-agrees", "bob-alice"),
}


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """All golden recordings audited; without tshark Wireshark is left out, and only what it says is not compared."""
    run = open_run(GOLDEN)
    if tshark.available() is None:
        run = Run(run.root, run.header.model_copy(update={"without": (WIRESHARK,)}), run.entries)
    return {result.scenario: result for result in audit_entries(run, run.entries, load_policy())}


@pytest.mark.parametrize("scenario", ALARMS)
def test_the_alarms_are_these_and_no_others(results: dict[str, Result], scenario: str) -> None:
    outcome, alarms = ALARMS[scenario]
    result = results[scenario]
    raised = {(str(one.reason), one.vantage) for one in result.findings if one.severity is Severity.ALARM}
    assert (result.outcome, raised) == (outcome, alarms)
    assert result.status == "AS_EXPECTED"


def test_what_was_negotiated_is_told_with_the_group(results: dict[str, Result]) -> None:
    """The group is 0x001d in both captures of this call, as Wireshark shows: x25519 to IANA."""
    chosen = "DTLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519, SRTP_AEAD_AES_256_GCM"
    said = [one for one in results["honest-audio-call"].findings if one.reason == "parameters-negotiated"]
    assert {one.vantage: one.detail for one in said if one.detail.startswith("DTLS")} == dict.fromkeys(
        DIRECT_LEGS, chosen
    )


def test_nothing_is_golden_that_is_not_compared(results: dict[str, Result]) -> None:
    assert set(results) == set(ALARMS)


def test_an_honest_call_is_proved_and_not_only_free_of_alarms(results: dict[str, Result]) -> None:
    honest = results["honest-audio-call"]
    facts = {(one.auditor, str(one.reason), one.vantage) for one in honest.findings if one.severity is Severity.FACT}
    left_out = {fact for fact in HONEST_FACTS if fact[0] in honest.not_checked}
    assert facts == HONEST_FACTS - left_out
    assert not [one for one in honest.findings if one.severity is Severity.INCONCLUSIVE]
