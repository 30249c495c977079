"""What lets somebody who sees two calls say that they were made by the same person or device."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ...model.finding import CALL_WIDE, Finding, Reason
from ...model.voice import counted, quoted
from ..traces import SideTraces, maybe, named, shared
from .findings import weighed
from .policy import Leak, LeakPolicy

MAX_LINKS: Final = 50
"""Findings of one kind; the others are counted."""

_SAYS_THE_SOFTWARE: Final = frozenset({"CN=WebRTC"})
"""Subjects that every copy of a software writes (Chromium's): they link nobody."""

_TRAITS: Final[tuple[tuple[str, Callable[[SideTraces], Iterable[Hashable]]], ...]] = (
    ("the certificate subject", lambda one: maybe(_subject(one))),
    ("the certificate serial number", lambda one: maybe(_serial(one))),
    ("the ICE user name fragment", lambda one: maybe(one.ufrag)),
    ("the CNAME", lambda one: one.cnames),
    ("the SSRC", lambda one: (f"0x{ssrc:08x}" for ssrc in one.ssrcs)),
    ("the address and port", lambda one: one.addresses),
)


def link_findings(traces: Sequence[SideTraces], policy: LeakPolicy) -> tuple[Finding, ...]:
    """One finding for each value that different calls have in common, at most MAX_LINKS of a kind."""
    found = []
    for what, trait in _TRAITS:
        links = shared(traces, trait)
        for value, sides in list(links.items())[:MAX_LINKS]:
            calls = f"{counted(len(sides), 'call')}: {named(sides)}"
            found.append(_link(policy, f"{what} {quoted(str(value))} is the same in {calls}"))
        if len(links) > MAX_LINKS:
            found.append(_link(policy, f"{what} links calls by {len(links) - MAX_LINKS} values more"))
    return tuple(found)


def _link(policy: LeakPolicy, detail: str) -> Finding:
    return weighed(policy, Leak.LINKABILITY, Reason.CALLS_LINKABLE, CALL_WIDE, detail)


def _certificate(one: SideTraces) -> x509.Certificate | None:
    try:
        return None if one.certificate is None else x509.load_der_x509_certificate(one.certificate)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None


def _subject(one: SideTraces) -> str | None:
    """The subject, where it is more than the name of a software."""
    certificate = _certificate(one)
    try:
        subject = "" if certificate is None else certificate.subject.rfc4514_string()
    except (ValueError, TypeError):
        return None
    return None if not subject or subject in _SAYS_THE_SOFTWARE else subject


def _serial(one: SideTraces) -> str | None:
    certificate = _certificate(one)
    try:
        return None if certificate is None else f"{certificate.serial_number:x}"
    except ValueError:
        return None
