"""What do the calls of the same two devices have in common? A certificate and a code belong to one call only.

Certificates that come back let an interceptor prepare for the code; whatever else comes back links the calls of a
person to each other (RFC 8827 section 6.5, RFC 7022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice
from ..wire import rtp
from ..wire.demux import PacketClass
from .case import Case
from .signalled import sdp_sent

NAME: Final = "history"
_say = Voice(NAME)
_SHOWN: Final = 80


def audit(case: Case) -> tuple[Finding, ...]:
    """This call against each earlier one."""
    if not case.earlier:
        return (_say.fact(Reason.FIRST_CALL, CALL_WIDE, "no earlier call of these devices was recorded"),)
    findings = [found for earlier in case.earlier for found in _compared(case, earlier)]
    if not findings:
        findings.append(_say.fact(Reason.CALLS_NOT_LINKED, CALL_WIDE, "nothing of the earlier calls comes back"))
    return tuple(findings)


def _compared(case: Case, earlier: Case) -> Iterator[Finding]:
    when = earlier.recording.call
    for party in Party:
        if _certificates(case, party) & _certificates(earlier, party):
            detail = f"{party} presented the same certificate as in {when}"
            yield _say.alarm(Reason.CERTIFICATE_REUSED, party, detail)
        elif _keys(case, party) & _keys(earlier, party):
            detail = f"{party} presented another certificate of the same key as in {when}"
            yield _say.alarm(Reason.CERTIFICATE_REUSED, party, detail)
        code = _shown(case, party)
        if code is not None and code == _shown(earlier, party):
            yield _say.alarm(Reason.CODE_REPEATED, party, f"{party}'s screen shows the code of {when} again")
        for what, values in TRACES.items():
            common = sorted(values(case, party) & values(earlier, party))
            if common:
                detail = f"{party}'s {what} is the same as in {when}: {common[0][:_SHOWN]!r}"
                yield _say.notice(Reason.CALLS_LINKABLE, party, detail)


def _shown(case: Case, party: Party) -> str | None:
    screen = case.shown.get(party)
    return None if screen is None else screen.code


def _certificates(case: Case, party: Party) -> set[bytes]:
    leg = case.leg(party)
    return set() if leg is None else set(leg.own_certificates)


def _keys(case: Case, party: Party) -> set[bytes]:
    """The public keys of its certificates: whoever renews the certificate over the old key has changed nothing."""
    found = set()
    for der in _certificates(case, party):
        try:
            key = x509.load_der_x509_certificate(der).public_key()
            found.add(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        except (ValueError, UnsupportedAlgorithm):
            continue
    return found


def _names(case: Case, party: Party) -> set[str]:
    return {name for der in _certificates(case, party) if (name := _subject(der))}


def _subject(der: bytes) -> str:
    try:
        return x509.load_der_x509_certificate(der).subject.rfc4514_string()
    except ValueError:
        return ""


def _serials(case: Case, party: Party) -> set[str]:
    found = set()
    for der in _certificates(case, party):
        try:
            found.add(f"{x509.load_der_x509_certificate(der).serial_number:x}")
        except ValueError:
            continue
    return found


def _ice(attribute: str) -> Callable[[Case, Party], set[str]]:
    def values(case: Case, party: Party) -> set[str]:
        return {value for sdp in sdp_sent(case.signalling, party) for _, value in sdp.values(attribute)}

    return values


def _sources(case: Case, party: Party) -> set[str]:
    leg = case.leg(party)
    found = set()
    for packet in () if leg is None else leg.outward.packets:
        if packet.klass is PacketClass.SRTP:
            try:
                found.add(f"0x{rtp.parse(packet.data).ssrc:08x}")
            except ValueError:
                continue
    return found


TRACES: Final[dict[str, Callable[[Case, Party], set[str]]]] = {
    "certificate's name": _names,
    "certificate's serial number": _serials,
    "ICE user name": _ice("ice-ufrag"),
    "ICE password": _ice("ice-pwd"),
    "SSRC": _sources,
}
"""What links calls to each other when it comes back."""
