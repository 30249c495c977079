"""Calls as findings: what was established, apart from the call itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ...model.finding import Finding, Reason
from ...model.inspection import CallVerdict
from ...model.voice import Voice
from ...wire.sdp import Fingerprint
from .call import Call
from .comparison import printed
from .conversation import conversations
from .evidence import CallEvidence

NAME: Final = "calls"

_say = Voice(NAME)


def call_findings(found: Sequence[Call]) -> tuple[Finding, ...]:
    """One finding for each verdict, and one for everything that keeps a code from being known."""
    return tuple(finding for call in found for finding in _call(call))


def signalled_findings(
    captures: Sequence[CallEvidence], signalled: Mapping[str, Sequence[Fingerprint]]
) -> tuple[Finding, ...]:
    """Are the certificates that DTLS presented the ones that were signalled? `signalled`: fingerprints by description.

    A description is of one party; which one it is, is not known. So each must name one of the two certificates of a
    handshake, and with two or more descriptions each certificate must be named.
    """
    if not any(signalled.values()):
        return ()
    return tuple(finding for each in captures for finding in _signalled(each, signalled))


def _call(call: Call) -> Iterator[Finding]:
    where, because = ", ".join(call.captures), "; ".join(call.because)
    if call.verdict is CallVerdict.INTERCEPTED:
        yield _say.alarm(Reason.CERTIFICATES_DIFFER, where, f"intercepted: {because}")
    elif call.verdict is CallVerdict.NOT_INTERCEPTED:
        yield _say.fact(Reason.SAME_CALL, where, f"same call, not intercepted: {because}")
    elif len(call.captures) == 1 and not call.absent_from and call.codes:
        yield _say.notice(Reason.CALL_NOT_PAIRED, where, because)  # nothing that was asked for is missing
    else:
        yield _say.inconclusive(Reason.CALL_NOT_PAIRED, where, because)
    for sentence in call.missing_code:
        yield _say.inconclusive(Reason.CERTIFICATE_NOT_VISIBLE, where, f"no code: {sentence}")
    if call.caller is None and call.codes:
        yield _say.inconclusive(Reason.CALLER_UNKNOWN, where, f"both orders are possible: {call.caller_known_by}")


def _signalled(evidence: CallEvidence, signalled: Mapping[str, Sequence[Fingerprint]]) -> Iterator[Finding]:
    for conversation in conversations(evidence):
        for seen in conversation.finished:
            dtls = seen.followed.dtls
            certificates = [*dtls.certificates_near[:1], *dtls.certificates_far[:1]]
            if not certificates:
                detail = f"{seen.where}: no certificate is in clear to compare with what was signalled"
                yield _say.inconclusive(Reason.CERTIFICATE_NOT_VISIBLE, seen.followed.place, detail)
                continue
            yield from _compared(seen.where, seen.followed.place, certificates, signalled)


def _compared(
    where: str, place: str, certificates: Sequence[bytes], signalled: Mapping[str, Sequence[Fingerprint]]
) -> Iterator[Finding]:
    named = {der for der in certificates if any(_covers(lines, der) for lines in signalled.values())}
    silent = [
        name for name, lines in signalled.items() if lines and not any(_covers(lines, der) for der in certificates)
    ]
    for name in silent:
        detail = f"{where}: neither certificate is the one whose fingerprint {name} has"
        yield _say.alarm(Reason.CERTIFICATE_NOT_SIGNALLED, place, detail)
    for der in certificates:
        if der not in named and len(signalled) > 1:
            detail = f"{where}: no description has the fingerprint of certificate {printed(der)}"
            yield _say.alarm(Reason.CERTIFICATE_NOT_SIGNALLED, place, detail)
    if not silent and len(named) == len(certificates):
        yield _say.fact(
            Reason.CERTIFICATES_AGREE, place, f"{where}: both certificates are the ones that were signalled"
        )


def _covers(lines: Sequence[Fingerprint], der: bytes) -> bool:
    """Every fingerprint of a known hash must fit: one right line next to a wrong one is the oldest trick there is."""
    usable = [line for line in lines if line.digest() is not None]
    return bool(usable) and all(line.matches(der) for line in usable)
