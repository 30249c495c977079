"""Runs to look at. `result` makes one for a test, `document` a run of them, `realistic` the README's picture.

`python -m tests.unit.report.sample OUT.html [--troubled]` writes that picture's page.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.model.base import Party
from harness.model.finding import Finding, Reason, Severity
from harness.model.packet_flow import PacketFlow
from harness.model.recording import SignalEntry, SignalKind, SignalMessage
from harness.model.statement import Indicator, Screen
from harness.model.verdict import Outcome, Result, RunDocument, Status, Summary
from harness.report import files, html
from harness.report.call_view import CallView

ALICE, BOB = Party.ALICE, Party.BOB
BEGAN = 1_790_000_000.0
_UNSIGNALLED = "DTLS presented a certificate whose fingerprint {} never signalled"


def code(name: str) -> str:
    """Some 20 digits, always the same for the same name."""
    return f"{int.from_bytes(hashlib.sha256(name.encode()).digest(), 'big') % 10**20:020d}"


def finding(auditor: str, reason: Reason, severity: Severity, vantage: str, detail: str) -> Finding:
    return Finding(auditor=auditor, reason=reason, severity=severity, vantage=vantage, detail=detail)


def established(lock: Reason = Reason.LOCK_ON_BOTH) -> tuple[Finding, ...]:
    """What two auditors say of a call that came up."""
    return (
        finding("establishment", Reason.CALL_ESTABLISHED, Severity.FACT, "call", "both endpoints connected"),
        finding("indicator", lock, Severity.FACT, "call", "alice shows a lock, bob shows a lock"),
    )


def result(scenario: str = "honest-call", **changes: Any) -> Result:
    """A green, private call unless told otherwise."""
    facts: dict[str, Any] = {
        "scenario": scenario,
        "title": scenario.replace("-", " ").capitalize(),
        "family": "control",
        "expected": Outcome.SECURE,
        "outcome": Outcome.SECURE,
        "status": Status.AS_EXPECTED,
        "because": "SECURE",
        "codes": {ALICE: code(scenario), BOB: code(scenario)},
        "intercepted": False,
        "findings": established(),
        "recording": f"{scenario}/call-1",
        "seconds": 1.8,
    }
    return Result(**facts | changes)


def detected(scenario: str = "fingerprint-swap", **changes: Any) -> Result:
    """A call that was read, and whose codes say so."""
    facts: dict[str, Any] = {
        "family": "signalling",
        "expected": Outcome.DETECTED,
        "outcome": Outcome.DETECTED,
        "because": "DETECTED because codes-differ, certificate-not-signalled",
        "codes": {ALICE: code(f"{scenario} alice"), BOB: code(f"{scenario} bob")},
        "intercepted": True,
        "findings": (*established(), *_SWAP_FINDINGS),
    }
    return result(scenario, **facts | changes)


def blocked(scenario: str, **changes: Any) -> Result:
    """A call that an endpoint refused."""
    facts: dict[str, Any] = {
        "family": "signalling",
        "expected": Outcome.BLOCKED,
        "outcome": Outcome.BLOCKED,
        "because": "BLOCKED because fingerprint-mismatch",
        "codes": {},
        "findings": (
            finding("establishment", Reason.CALL_NOT_ESTABLISHED, Severity.FACT, "call", "neither endpoint connected"),
            finding(
                "establishment",
                Reason.FINGERPRINT_MISMATCH,
                Severity.ALARM,
                "bob",
                "the certificate that DTLS presented has another fingerprint than the offer",
            ),
        ),
    }
    return result(scenario, **facts | changes)


def not_run(scenario: str, why: str) -> Result:
    return result(
        scenario,
        family="",
        expected=Outcome.UNKNOWN,
        outcome=Outcome.UNKNOWN,
        status=Status.NOT_RUN,
        because=why,
        codes={},
        findings=(),
        recording=None,
        seconds=0.0,
    )


def document(results: Iterable[Result], **changes: Any) -> RunDocument:
    """A run of these results, with a summary that agrees with them."""
    ordered = tuple(results)
    facts: dict[str, Any] = {
        "run": "20261122-193140-5f2a",
        "provenance": {
            "commit": "a25755e480a1d9730dd77251719e2a33b36d77c7",
            "dirty": "false",
            "python": "3.11.2",
            "tshark": "TShark (Wireshark) 4.0.17",
            "aiortc": "1.16.0",
        },
        "summary": Summary(
            selected=len(ordered),
            executed=sum(one.status is not Status.NOT_RUN for one in ordered),
            by_status=dict(Counter(one.status for one in ordered)),
            by_outcome=dict(Counter(one.outcome for one in ordered)),
        ),
        "results": ordered,
    }
    return RunDocument(**facts | changes)


def realistic(*, troubled: bool = False) -> tuple[RunDocument, tuple[CallView, ...]]:
    """A whole run with views. `troubled` adds one result of each kind that is not green."""
    results = [
        result(
            "honest-call",
            title="Two people call each other and nobody is between",
            flows=(*flows("alice-bob", ALICE), *flows("bob-alice", BOB)),
        ),
        result("bystander-relay", title="A relay on the path that only forwards", family="control"),
        result(
            "clear-call",
            title="Plain RTP, no encryption at all",
            expected=Outcome.DISCLOSED,
            outcome=Outcome.DISCLOSED,
            because="DISCLOSED because plaintext-on-wire",
            codes={},
            intercepted=True,
            findings=established(Reason.LOCK_ON_NONE),
        ),
        detected(
            title="Relay swaps both fingerprints and ends DTLS twice",
            flows=(*flows("alice-relay", ALICE), *flows("bob-relay", BOB)),
        ),
        blocked("fingerprint-swap-one-side", title="Only the callee's view of the fingerprint is replaced"),
        blocked("fingerprint-missing", title="The fingerprint line is taken out of both descriptions"),
        blocked("hash-md5", title="sha-256 is replaced by md5"),
        result("fingerprint-lower-case", title="Lower case digits, which the grammar allows", family="signalling"),
        blocked("dtls-mitm-sdp-untouched", title="DTLS ended on both sides, signalling honest", family="network"),
        result("passive-tap", title="A relay writes down everything it sees", family="network"),
        result("candidate-injection", title="A candidate of the attacker's is added", family="network"),
        result("srtp-bitflip[field=tag]", title="One bit of the authentication tag is flipped", family="media"),
        result("srtp-replay", title="Every fifth packet is sent twice", family="media"),
        result("plaintext-injection", title="Clear RTP is sent into the call", family="media"),
        detected(
            "constant-code",
            title="A client that shows the same code for every call",
            family="specimens",
            expected=Outcome.BREACH,
            outcome=Outcome.BREACH,
            because="BREACH because code-not-from-certificates",
            codes={ALICE: "12345" * 4, BOB: "12345" * 4},
        ),
        blocked("null-cipher", title="A client that negotiates no cipher", family="specimens"),
    ]
    if troubled:
        results += _troubles()
    views = [_honest_view(results[0]), _swap_view(results[3])]
    return document(results), tuple(views)


def _troubles() -> list[Result]:
    return [
        detected(
            "unknown-relay",
            title="A relay that nobody ordered",
            outcome=Outcome.BREACH,
            status=Status.UNEXPECTED,
            because="BREACH where DETECTED was expected",
            codes={ALICE: code("same"), BOB: code("same")},
        ),
        blocked(
            "setup-both-active",
            status=Status.WRONG_REASON,
            because="BLOCKED as expected, but nobody raised dtls-timeout",
        ),
        result(
            "srtp-bitflip[field=header]",
            family="media",
            status=Status.INVALID,
            because="the attack cannot be shown to have happened: no flipped",
        ),
        result(
            "honest-call[bob=chromium]",
            status=Status.INCONCLUSIVE,
            because="wireshark could not tell: tool-missing at call: tshark is not installed",
            not_checked=("wireshark",),
        ),
        result(
            "sdes-added",
            family="signalling",
            outcome=Outcome.UNKNOWN,
            status=Status.ERROR,
            because="the relay's socket could not be opened: address already in use",
            codes={},
            findings=(),
            recording=None,
        ),
        not_run("srtp-replay[every=1]", "interrupted before it ended"),
    ]


def screens(one: Result, indicator: Indicator = Indicator.LOCK) -> dict[Party, Screen]:
    """What both showed: each the other's name."""
    names = {ALICE: "Bob Lindqvist", BOB: "Alice Moreau"}
    return {party: Screen(indicator=indicator, code=one.codes.get(party), peer=names[party]) for party in (ALICE, BOB)}


def carried(kind: SignalKind, sender: Party, body: str, at: float, changed: str | None = None) -> list[SignalEntry]:
    """A message over all four stops; `changed` is what leaves the service instead."""
    before = SignalMessage(kind=kind, sender=sender, body=body)
    after = SignalMessage(kind=kind, sender=sender, body=body if changed is None else changed)
    return [
        SignalEntry(time=at, hop=sender.value, direction="out", message=before),
        SignalEntry(time=at + 0.0002, hop="service", direction="in", message=before),
        SignalEntry(time=at + 0.0009, hop="service", direction="out", message=after),
        SignalEntry(time=at + 0.0011, hop=sender.peer.value, direction="in", message=after),
    ]


def sdp(name: str) -> str:
    """A description that is long enough to be real and differs only in its fingerprint."""
    digest = hashlib.sha256(name.encode()).hexdigest().upper()
    fingerprint = ":".join(digest[at : at + 2] for at in range(0, 64, 2))
    return (
        "v=0\r\no=- 3972 3972 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
        "m=audio 40112 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 127.3.0.1\r\na=rtpmap:96 opus/48000/2\r\n"
        f"a=setup:actpass\r\na=fingerprint:sha-256 {fingerprint}\r\n"
    )


def flow(vantage: str, party: Party, klass: str, sent: int, received: int, first: float | None = None) -> PacketFlow:
    return PacketFlow(vantage=vantage, party=party, klass=klass, sent=sent, received=received, first=first)


def flows(vantage: str, party: Party) -> list[PacketFlow]:
    """Four classes on one leg; what Alice sent is what Bob received."""
    counts = (("STUN", 6, 7, 0.021), ("DTLS", 4, 5, 0.034), ("SRTP", 92, 91, 0.071), ("SRTCP", 5, 6, 0.102))
    return [
        flow(vantage, party, klass, *((up, down) if party is ALICE else (down, up)), BEGAN + first)
        for klass, up, down, first in counts
    ]


def _honest_view(one: Result) -> CallView:
    return CallView(
        result=one,
        signalling=(
            *carried(SignalKind.OFFER, ALICE, sdp("alice"), BEGAN),
            *carried(SignalKind.ANSWER, BOB, sdp("bob"), BEGAN + 0.012),
        ),
        screens=screens(one),
    )


def _swap_view(one: Result) -> CallView:
    return CallView(
        result=one,
        signalling=(
            *carried(SignalKind.OFFER, ALICE, sdp("alice"), BEGAN, changed=sdp("attacker")),
            *carried(SignalKind.ANSWER, BOB, sdp("bob"), BEGAN + 0.014, changed=sdp("attacker")),
        ),
        screens=screens(one),
        adversary="dtls-mitm",
    )


_SWAP_FINDINGS = tuple(
    finding(auditor, reason, severity, vantage, detail)
    for auditor, reason, severity, vantage, detail in (
        ("codes", Reason.CODES_DIFFER, Severity.ALARM, "call", "the two screens show different codes"),
        ("fingerprints", Reason.CERTIFICATE_NOT_SIGNALLED, Severity.ALARM, "alice-relay", _UNSIGNALLED.format("Bob")),
        ("fingerprints", Reason.CERTIFICATE_NOT_SIGNALLED, Severity.ALARM, "bob-relay", _UNSIGNALLED.format("Alice")),
        ("opacity", Reason.EVERY_PACKET_AUTHENTICATED, Severity.FACT, "alice-relay", "194 of 194 packets authenticate"),
        ("parameters", Reason.PARAMETERS_ACCEPTABLE, Severity.FACT, "call", "DTLSv1.2, SRTP_AEAD_AES_256_GCM"),
        ("wireshark", Reason.WIRESHARK_AGREES, Severity.NOTICE, "call", "212 of 212 packets are classified alike"),
    )
)


if __name__ == "__main__":
    run, seen = realistic(troubled="--troubled" in sys.argv)
    files.write_new(Path(sys.argv[1]), html.render(run, seen), replace=True)
