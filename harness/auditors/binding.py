"""Are the certificates that DTLS presented the ones that were signalled, and did each party look?

Three sources that must agree: the fingerprints in the signalling, as sent and as received; the certificates on each
leg's wire; and what each endpoint says it presented and saw (RFC 8827 section 6.5, RFC 8122, RFC 5763).

In an ordinary call each leg is one with the service, which describes it as its own: there nothing of the other party
is to be found, and the certificate that a party was shown is held against the description that it received.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..codes.teams20 import thumbprint
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason, Severity
from ..model.mode import Mode
from ..model.statement import DtlsParameters, EndpointStatement
from ..model.voice import Voice, quoted
from ..wire.dtls import DtlsAssociation, HandshakeType
from .case import Case
from .leg import Leg
from .signalled import STRONG, Description, in_force, received, sent

NAME: Final = "binding"

_say = Voice(NAME)
_GRAVE: Final = frozenset({Severity.ALARM, Severity.INCONCLUSIVE})


def audit(case: Case) -> tuple[Finding, ...]:
    """Signalling against signalling, wire against signalling, wire against wire, statement against wire."""
    look = _leg_with_service if case.with_service else _between_parties
    findings = [finding for party in Party for finding in (*look(case, party), *_party(case, party))]
    both = all(_presented(case, party) for party in Party) and not case.with_service
    if both and not any(finding.severity in _GRAVE for finding in findings):
        detail = "each party was presented the certificate that the other one has, and that was signalled"
        findings.append(_say.fact(Reason.CERTIFICATES_AGREE, CALL_WIDE, detail))
    return tuple(findings)


def _between_parties(case: Case, party: Party) -> Iterator[Finding]:
    yield from _altered(case, party)
    yield from _announced(case, party)
    yield from _substituted(case, party)


def _leg_with_service(case: Case, party: Party) -> Iterator[Finding]:
    """The certificates of a leg that the service ends, if it is one of DTLS at all."""
    told = received(case.signalling, party)
    for certificate in _presented(case, party):
        if any(one.covers(certificate) for one in told):
            detail = f"{party} made DTLS with the service, as it was told: {_printed(certificate)}"
            yield _say.notice(Reason.DTLS_WITH_SERVICE, party, detail)
        else:
            detail = f"{party} was presented {_printed(certificate)}, which no description of the service names"
            yield _say.alarm(Reason.CERTIFICATE_NOT_SIGNALLED, party, detail)
        if certificate in _own(case, party.peer):
            detail = f"{party} was presented the certificate of {party.peer}, though the service ends both legs"
            yield _say.alarm(Reason.CERTIFICATE_SUBSTITUTED, party, detail)


def _party(case: Case, party: Party) -> Iterator[Finding]:
    yield from _compared(case, party)
    yield from _ignored(case, party)
    yield from _not_visible(case, party)
    yield from _handshake(case, party)
    yield from _statement(case, party)


def _altered(case: Case, party: Party) -> Iterator[Finding]:
    """What this party received against what the other one sent; nothing where somebody else is the other one."""
    if party.peer not in case.there:
        return
    originals = sent(case.signalling, party.peer)
    for description in received(case.signalling, party):
        if any(description.written == original.written for original in originals):
            continue
        if any(description.meant == original.meant for original in originals):
            detail = f"the {description.kind} reached {party} with its fingerprints spelled differently"
            yield _say.notice(Reason.FINGERPRINT_ALTERED, CALL_WIDE, detail)
        else:
            detail = f"the {description.kind} reached {party} with other fingerprints than {party.peer} sent"
            yield _say.alarm(Reason.FINGERPRINT_ALTERED, CALL_WIDE, detail)


def _announced(case: Case, party: Party) -> Iterator[Finding]:
    """Each certificate presented to this party: did the other one announce it?"""
    leg = case.leg(party)
    if leg is None:
        return
    announced = sent(case.signalling, party.peer)
    for certificate in _presented(case, party):
        if not any(one.covers(certificate) for one in announced):
            detail = f"{party} was presented {_printed(certificate)}, which {party.peer} did not announce"
            yield _say.alarm(Reason.CERTIFICATE_NOT_SIGNALLED, leg.name, f"{detail} in the signalling")


def _compared(case: Case, party: Party) -> Iterator[Finding]:
    """Each certificate presented to this party: was it told of it?"""
    leg = case.leg(party)
    if leg is None:
        return
    received_all = received(case.signalling, party)
    for time, handshake in leg.begun:
        told = in_force(received_all, time)
        covered = not handshake.certificates_far or (told and told.covers(handshake.certificates_far[0]))
        if case.connected(party) and not covered and _went_on(case, leg, handshake):
            shown = f"{party} was presented {_printed(handshake.certificates_far[0])}"
            told_so = f"the signalling it had received {_named(told, handshake.certificates_far[0])}"
            detail = f"{shown}, which {told_so}, and considered itself connected"
            yield _say.alarm(Reason.FINGERPRINT_NOT_COMPARED, party, detail)


def _named(told: Description | None, certificate: bytes) -> str:
    """What it is for a certificate not to be covered."""
    by = frozenset[str]() if told is None else told.true_by(certificate)
    return f"names by {' and '.join(sorted(by))} alone" if by and by.isdisjoint(STRONG) else "does not name"


def _went_on(case: Case, leg: Leg, handshake: DtlsAssociation) -> bool:
    """Whether a party that is up kept to the certificate of this handshake.

    Not when it never came to the end of it, as of one that somebody reflects. And a handshake after the first may be
    one over which the call ended: then the lock belongs to the handshake before.
    """
    ended = [one for _, one in sorted(leg.begun, key=lambda begun: begun[0]) if one.protected_near]
    if ended and not handshake.protected_near:
        return False
    return not ended or handshake is ended[0] or case.settled(leg, handshake)


def _ignored(case: Case, party: Party) -> Iterator[Finding]:
    """A description in the middle of a call that names another certificate: shake hands anew, or refuse it."""
    leg = case.leg(party)
    if leg is None or leg.current is None or not case.connected(party) or case.statements[party].failure is not None:
        return
    # Whose screen is empty by then has given the association up: it agreed to what it could not do, and did not go on.
    emptied = case.statements[party].emptied
    began = next(time for time, one in leg.begun if one is leg.current)
    certificate = leg.current.certificates_far[0]
    for description in received(case.signalling, party):
        if emptied is not None and emptied > description.time:
            continue
        if description.time > began and description.fingerprints and not description.covers(certificate):
            detail = f"{party} got an {description.kind} that names another certificate than it uses, yet went on"
            yield _say.alarm(Reason.REOFFER_IGNORED, party, detail)


def _substituted(case: Case, party: Party) -> Iterator[Finding]:
    """Each certificate presented to this party against those that the other one presented on its own leg."""
    leg, own = case.leg(party), _own(case, party.peer)
    for certificate in _presented(case, party):
        if own and leg is not None and certificate not in own:
            detail = f"{party} was presented {_printed(certificate)} where {party.peer} presented {_printed(own[0])}"
            yield _say.alarm(Reason.CERTIFICATE_SUBSTITUTED, leg.name, detail)


def _handshake(case: Case, party: Party) -> Iterator[Finding]:
    """Handshake messages that this party sent, against those of the same handshake that reached the other one."""
    leg, far = case.leg(party), case.leg(party.peer)
    if leg is None or far is None:
        return
    arrived = {one.client_random: one for one in far.associations}
    for one in leg.associations:
        other = arrived.get(one.client_random)
        if one.client_random is None or other is None:
            continue
        sent_by_party = {message.type: message.digest for message in one.messages if message.from_near}
        seen = {message.type: message.digest for message in other.messages if not message.from_near}
        for kind in sorted(kind for kind in sent_by_party.keys() & seen.keys() if sent_by_party[kind] != seen[kind]):
            detail = f"the {HandshakeType(kind).name} that {party} sent is not the one that reached {party.peer}"
            yield _say.alarm(Reason.HANDSHAKE_ALTERED, far.name, detail)


def _not_visible(case: Case, party: Party) -> Iterator[Finding]:
    """A connected call must show certificates, unless there was no DTLS at all and media went in clear.

    A resumed session shows none on purpose, and whoever looks at handshakes (`parameters`) raises the alarm for that.
    """
    if not case.connected(party) or _presented(case, party):
        return
    leg = case.leg(party)
    in_clear = leg is not None and not leg.secured and bool(leg.clear)
    if leg is not None and leg.resumed:
        detail = f"{party} was shown no certificate in this call: its session is one of an earlier call"
        yield _say.notice(Reason.CERTIFICATE_NOT_VISIBLE, leg.name, detail)
    elif case.keys_witnessed and (stated := _stated(case, party)) is not None:
        yield from _by_statement(case, party, *stated)
    elif case.mode_of(party) is Mode.E2EE and leg is not None and leg.unshaken and not in_clear:
        detail = f"{party} calls itself connected, and its leg shows neither an answered DTLS handshake nor media"
        yield _say.alarm(Reason.STATEMENT_CONTRADICTS_WIRE, party, detail)
    elif case.mode_of(party) is Mode.E2EE and not in_clear:
        detail = f"{party} is connected, but no certificate presented to it could be read from the wire"
        yield _say.inconclusive(Reason.CERTIFICATE_NOT_VISIBLE, party, detail)


def _stated(case: Case, party: Party) -> tuple[bytes, bytes] | None:
    """The certificate that this party says it was presented, and the one that the other says it presented."""
    seen, other = case.statements.get(party), case.statements.get(party.peer)
    if seen is None or other is None or not seen.presented_certificate or not other.local_certificate:
        return None
    return bytes.fromhex(seen.presented_certificate), bytes.fromhex(other.local_certificate)


def _by_statement(case: Case, party: Party, presented: bytes, own: bytes) -> Iterator[Finding]:
    """DTLS 1.3 hides certificates from the wire (RFC 8446 section 4.4). That the two ends share their keys is proved by
    other means; with which certificates, only they can say."""
    shown = f"{party} says that it was presented {_printed(presented)}"
    if not any(one.covers(presented) for one in sent(case.signalling, party.peer)):
        detail = f"{shown}, which {party.peer} did not announce in the signalling"
        yield _say.alarm(Reason.CERTIFICATE_NOT_SIGNALLED, party, detail)
    if presented != own:
        detail = f"{shown} where {party.peer} says that it presented {_printed(own)}"
        yield _say.alarm(Reason.CERTIFICATE_SUBSTITUTED, party, detail)
    else:
        detail = f"the handshake hides it from the wire; {shown}, as {party.peer} says it did"
        yield _say.notice(Reason.CERTIFICATE_NOT_VISIBLE, party, detail)


def _statement(case: Case, party: Party) -> Iterator[Finding]:
    """What an endpoint says it presented, saw and negotiated, against its own leg."""
    statement, leg = case.statements.get(party), case.leg(party)
    if statement is None:
        yield _say.inconclusive(Reason.STATEMENT_MISSING, party, f"{party} does not say which certificates it saw")
    elif leg is not None and leg.datagrams:
        for detail in _contradictions(statement, leg):
            yield _say.alarm(Reason.STATEMENT_CONTRADICTS_WIRE, party, detail)


def _contradictions(statement: EndpointStatement, leg: Leg) -> Iterator[str]:
    who = statement.party
    for verb, stated, on_wire in (
        ("presented", statement.local_certificate, leg.own_certificates),
        ("saw", statement.presented_certificate, leg.presented_certificates),
    ):
        if stated is not None and on_wire and stated.lower() not in {one.hex() for one in on_wire}:
            yield f"{who} says it {verb} another certificate than {_printed(on_wire[0])}, which its leg shows"
    # Who refuses a certificate as soon as it comes need not come to the end of the handshake that shows it.
    if statement.presented_certificate is not None and not leg.secured and not leg.presented_certificates:
        yield f"{who} says it saw a certificate, but its leg shows neither one nor a finished DTLS handshake"
    if statement.dtls is not None:
        yield from _parameters(who, statement.dtls, leg.associations)


def _parameters(who: Party, stated: DtlsParameters, shown: tuple[DtlsAssociation, ...]) -> Iterator[str]:
    """The stated version, suite, group and profile must all be those of one handshake of the leg."""
    said = (stated.version, stated.suite, stated.group, stated.srtp_profile)
    hellos = (one for one in shown if one.version is not None)
    negotiated = [(one.version, one.suite_iana, one.group, one.srtp_profile) for one in hellos]
    if not any(_agree(said, one) for one in negotiated):
        on_wire = "; ".join(_joined(one) for one in negotiated) or "no DTLS handshake"
        yield f"{who} says {quoted(_joined(said))}, its leg shows {on_wire}"


def _joined(parameters: tuple[str | None, ...]) -> str:
    return " ".join(value for value in parameters if value is not None)


def _agree(stated: tuple[str | None, ...], negotiated: tuple[str | None, ...]) -> bool:
    """What one side leaves open (a profile under DTLS 1.3 is encrypted) contradicts nothing."""
    return all(None in (said, seen) or said == seen for said, seen in zip(stated, negotiated, strict=True))


def _presented(case: Case, party: Party) -> tuple[bytes, ...]:
    leg = case.leg(party)
    return () if leg is None else leg.presented_certificates


def _own(case: Case, party: Party) -> tuple[bytes, ...]:
    leg = case.leg(party)
    return () if leg is None else leg.own_certificates


def _printed(certificate: bytes) -> str:
    """A certificate as a person can compare it: the first bytes of its SHA-256 thumbprint."""
    return f"certificate {thumbprint(certificate)[:8].hex(':').upper()}…"
