"""A run of the interop matrix to look at: what may become of a cell."""

from __future__ import annotations

from typing import Any

from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason, Severity
from harness.model.network import Network
from harness.model.pairing import Pairing
from harness.model.statement import Failure
from harness.model.verdict import End, Outcome, Result, RunDocument, Status

from .sample import ALICE, BOB, detected, document, finding, result

STACKS = {EndpointKind.AIORTC: "aiortc/1.16.0", EndpointKind.CHROMIUM_RAW: "chromium/156.0 (bare page)"}
SUITE, GROUP, PROFILE = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "x25519", "SRTP_AES128_CM_HMAC_SHA1_80"


def end(kind: EndpointKind, **changes: Any) -> End:
    facts: dict[str, Any] = {
        "software": STACKS[kind],
        "connected": True,
        "failure": None,
        "version": "DTLSv1.2",
        "suite": SUITE,
        "group": GROUP,
        "srtp_profile": PROFILE,
        "setup_seconds": 0.25,
    }
    return End(**facts | changes)


def pairing(alice: EndpointKind, bob: EndpointKind, network: Network = Network.LOOPBACK) -> Pairing:
    return Pairing(alice=alice, bob=bob, network=network)


def called(pair: Pairing, scenario: str = "honest-call", **changes: Any) -> Result:
    """A call between these two, as it should be."""
    both = {ALICE: end(pair.alice, setup_seconds=0.5), BOB: end(pair.bob)}
    return result(pair.id_of(scenario), **{"ends": both} | changes)


def failed(pair: Pairing) -> Result:
    """A call that did not come up, and each end says why."""
    silent: dict[str, Any] = {
        "connected": False,
        "version": None,
        "suite": None,
        "group": None,
        "srtp_profile": None,
        "setup_seconds": None,
    }
    why = {
        ALICE: Failure(reason=Reason.ICE_FAILED, detail="not connected within 15 s"),
        BOB: Failure(reason=Reason.REMOTE_HUNG_UP, detail="ice-failed"),
    }
    return called(
        pair,
        outcome=Outcome.FAILED_CALL,
        status=Status.UNEXPECTED,
        because="FAILED_CALL where SECURE was expected",
        codes={},
        findings=(finding("binding", Reason.SDP_REJECTED, Severity.ALARM, "call", "x"),),
        ends={party: end(pair.of(party), failure=why[party], **silent) for party in Party},
    )


def absent(pair: Pairing, why: str = "bob is a browser, and there is none") -> Result:
    """A call that was not made."""
    return called(
        pair,
        status=Status.NOT_RUN,
        outcome=Outcome.UNKNOWN,
        expected=Outcome.UNKNOWN,
        because=why,
        codes={},
        findings=(),
        recording=None,
        ends={},
        seconds=0.0,
    )


def realistic_matrix() -> RunDocument:
    """Two stacks over two networks: honest calls of which one fails and one cannot be made, and an intercepted one."""
    ours, browser = STACKS
    turn = Network.TURN_UDP
    swapped = pairing(browser, browser)
    both = {party: end(browser) for party in Party}
    return document(
        [
            called(pairing(ours, ours)),
            failed(pairing(ours, browser)),
            called(pairing(browser, ours), status=Status.KNOWN_DEVIATION, deviation="takes-anything"),
            called(pairing(browser, browser)),
            called(pairing(ours, ours, turn)),
            absent(pairing(ours, browser, turn)),
            detected(swapped.id_of("fingerprint-swap"), ends=both),
        ]
    )
