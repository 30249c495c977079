"""What links calls: each trait that two calls share, and nothing that every call of a software has."""

from __future__ import annotations

from dataclasses import replace

from harness.inspection.leaks import link_findings
from harness.inspection.leaks.links import MAX_LINKS
from harness.inspection.traces import SideTraces
from harness.model.finding import Reason, Severity
from tests.unit.wire.openssl_pair import identity

from .traffic import POLICY

MONDAY = SideTraces(
    "monday", "monday.pcap, client", ufrag="abcd", ssrcs=(1,), cnames=("x",), addresses=("192.0.2.1:5000",)
)
TUESDAY = SideTraces(
    "tuesday", "tuesday.pcap, client", ufrag="efgh", ssrcs=(2,), cnames=("y",), addresses=("192.0.2.1:5002",)
)


def details(*sides: SideTraces) -> list[str]:
    findings = link_findings(sides, POLICY)
    assert {(finding.reason, finding.severity) for finding in findings} <= {(Reason.CALLS_LINKABLE, Severity.NOTICE)}
    return [finding.detail for finding in findings]


def test_calls_with_nothing_in_common() -> None:
    assert details(MONDAY, TUESDAY) == []


def test_each_trait_links() -> None:
    for trait in ("ufrag", "ssrcs", "cnames", "addresses"):
        (detail,) = details(MONDAY, replace(TUESDAY, **{trait: getattr(MONDAY, trait)}))
        assert "monday.pcap, client, tuesday.pcap, client" in detail


def test_a_certificate_links_by_subject_and_serial_number() -> None:
    der = identity("alice@example.org").der
    found = details(replace(MONDAY, certificate=der), replace(TUESDAY, certificate=der))
    assert ["subject" in detail for detail in found] == [True, False]
    assert "serial number" in found[1]
    other = identity("alice@example.org").der
    assert len(details(replace(MONDAY, certificate=der), replace(TUESDAY, certificate=other))) == 1


def test_the_name_of_a_software_links_nobody() -> None:
    sides = [replace(one, certificate=identity("WebRTC").der) for one in (MONDAY, TUESDAY)]
    assert details(*sides) == []


def test_one_call_in_two_captures_is_no_link() -> None:
    assert details(MONDAY, replace(MONDAY, side="seen by bob")) == []


def test_what_is_no_certificate_links_nothing() -> None:
    assert details(replace(MONDAY, certificate=b"x"), replace(TUESDAY, certificate=b"x")) == []


def test_very_many_links_are_counted() -> None:
    many = tuple(range(MAX_LINKS + 10))
    found = details(replace(MONDAY, ssrcs=many), replace(TUESDAY, ssrcs=many))
    assert len(found) == MAX_LINKS + 1
    assert "10 values more" in found[-1]
