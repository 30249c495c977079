"""The way to the service: all of it TLS, or an alarm; all of it captured, or nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from harness.auditors.case import Case
from harness.auditors.service_path import audit
from harness.model.finding import Reason, Severity
from harness.model.recording import ServiceLeg
from harness.vantage.tcp import Connection

from .answers import detail, raised
from .stage import ALICE, BOB, honest_call

HELLO = bytes.fromhex("1603010004") + bytes(4)
SEALED = HELLO + bytes.fromhex("1703030007") + b"opaque!"
CLIENT, SERVICE = ("127.0.1.1", 50_000), ("127.0.1.6", 443)


def case(sent: bytes = SEALED, received: bytes = SEALED, counted: Mapping[str, int] = MappingProxyType({})) -> Case:
    """A call whose parties each had one connection; Alice's carried these bytes, of which her way counted others."""
    base = honest_call().case()
    streams = {"alice-signalling": (sent, received), "bob-signalling": (SEALED, SEALED)}
    legs = tuple(
        ServiceLeg(
            name=f"{party}-signalling",
            party=party,
            file=f"{party}-signalling.pcapng",
            **({"connections": 1, "sent": len(out), "received": len(back)} | (dict(counted) if party is ALICE else {})),
        )
        for party, (out, back) in zip((ALICE, BOB), streams.values(), strict=True)
    )
    return replace(
        base,
        recording=base.recording.model_copy(update={"service_legs": legs}),
        service_connections={name: (Connection(CLIENT, SERVICE, out, back),) for name, (out, back) in streams.items()},
    )


def test_tls_from_the_first_byte_to_the_last_is_a_fact_with_its_numbers() -> None:
    findings = audit(case())
    assert {(one.reason, one.severity, one.vantage) for one in findings} == {
        (Reason.SERVICE_PATH_SEALED, Severity.FACT, "alice-signalling"),
        (Reason.SERVICE_PATH_SEALED, Severity.FACT, "bob-signalling"),
    }
    assert findings[0].detail == "all 42 bytes of 1 connection are TLS, 14 of them application data"


def test_a_service_in_the_same_process_has_no_way_to_it() -> None:
    (finding,) = audit(honest_call().case())
    assert (finding.reason, finding.severity, finding.vantage) == (Reason.SERVICE_PATH_NONE, Severity.FACT, "call")


@pytest.mark.parametrize("clear", [b"GET /api/me HTTP/1.1\r\n", SEALED + b'{"type": "chat"}'])
@pytest.mark.parametrize("outward", [True, False])
def test_one_byte_in_clear_is_an_alarm_that_says_who_sent_it(clear: bytes, outward: bool) -> None:
    findings = audit(case(sent=clear) if outward else case(received=clear))
    assert raised(findings) == {Reason.SERVICE_PATH_CLEAR}
    assert ("what alice sent" if outward else "what the service sent") in detail(findings, Reason.SERVICE_PATH_CLEAR)


@pytest.mark.parametrize(
    ("counted", "lacking"),
    [
        ({"connections": 2}, "1 of 2 connections"),
        ({"sent": 400}, "21 of 400 bytes sent"),
        ({"received": 22}, "21 of 22 bytes received"),
    ],
)
def test_a_capture_that_lacks_something_tells_nothing(counted: dict[str, int], lacking: str) -> None:
    findings = audit(case(counted=counted))
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.SERVICE_PATH_UNSEEN}
    assert lacking in detail(findings, Reason.SERVICE_PATH_UNSEEN)


def test_a_party_that_never_connected_and_a_capture_that_was_not_read_tell_nothing() -> None:
    made = case()
    nobody = replace(made, service_connections={**made.service_connections, "alice-signalling": ()})
    assert detail(audit(nobody), Reason.SERVICE_PATH_UNSEEN) == "alice never connected to the service"
    unread = {"bob-signalling": made.service_connections["bob-signalling"]}
    damaged = replace(made, service_connections=unread, damage={"alice-signalling": "it is cut off"})
    assert detail(audit(damaged), Reason.SERVICE_PATH_UNSEEN) == "it is cut off"
