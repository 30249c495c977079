"""What was negotiated, as a fact; and whether a policy accepts it, apart from that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from ..inspection.parameters import (
    allows,
    certificate_faults,
    handshake_faults,
    negotiated,
    read_certificate,
    session_faults,
    session_notices,
)
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason, Severity
from ..model.mode import Mode
from ..model.voice import Voice
from ..wire.dtls import DtlsAssociation
from .case import Case
from .leg import Leg
from .session_keys import SignalledKeys

NAME: Final = "parameters"

_say = Voice(NAME)
_GRAVE: Final = frozenset({Severity.ALARM, Severity.INCONCLUSIVE})


def audit(case: Case) -> tuple[Finding, ...]:
    """Every handshake of every leg; then whether one certificate serves two ends."""
    findings = [finding for leg in case.legs for finding in _leg(case, leg)]
    findings.extend(_reused(case))
    any_negotiated = any(finding.reason is Reason.PARAMETERS_NEGOTIATED for finding in findings)
    if any_negotiated and not any(finding.severity in _GRAVE for finding in findings):
        detail = "the policy allows every version, suite, group, profile and certificate that was used"
        findings.append(_say.fact(Reason.PARAMETERS_ACCEPTABLE, CALL_WIDE, detail))
    return tuple(findings)


def _leg(case: Case, leg: Leg) -> Iterator[Finding]:
    handshakes = [(time, one) for time, one in leg.begun if one.version is not None]
    if leg.signalled is not None:
        yield from _described(case, leg, leg.signalled)
    elif not handshakes:
        yield from _nothing(case, leg)
    for time, one in handshakes:
        yield from _handshake(case, leg, one, datetime.fromtimestamp(time, UTC))
    for one in leg.associations:
        yield from _session(case, leg, one)


def _described(case: Case, leg: Leg, keys: SignalledKeys) -> Iterator[Finding]:
    """What offer and answer agreed on, where keys in the descriptions take the place of DTLS."""
    for name in sorted({key.profile for key in (*keys.outward, *keys.inward)}):
        yield _say.fact(Reason.PARAMETERS_NEGOTIATED, leg.name, f"keys in the descriptions, {name}")
        if not allows(case.policy.profiles, name):
            yield _say.alarm(Reason.PROFILE_NOT_ALLOWED, leg.name, f"the policy does not allow {name}")


def _nothing(case: Case, leg: Leg) -> Iterator[Finding]:
    yield _say.fact(Reason.NOTHING_NEGOTIATED, leg.name, "no DTLS handshake chose a version, a suite or a profile")
    # That a party is connected whose leg shows no handshake at all is for `binding` to say.
    due = case.connected(leg.party) and case.mode_of(leg.party) is Mode.E2EE and not leg.clear and not leg.unshaken
    if due:
        detail = f"{leg.party} is connected, but what it negotiated was not seen"
        yield _say.inconclusive(Reason.NO_PACKETS, leg.name, detail)


def _handshake(case: Case, leg: Leg, one: DtlsAssociation, when: datetime) -> Iterator[Finding]:
    yield _say.fact(Reason.PARAMETERS_NEGOTIATED, leg.name, negotiated(one))
    yield from _group_due(case, leg, one)
    yield from _profile_told(case, leg, one)
    for reason, fault in handshake_faults(one, case.policy):
        yield _say.alarm(reason, leg.name, fault)
    for side, chain in ((leg.party, one.certificates_near), (leg.party.peer, one.certificates_far)):
        if chain:
            yield from _certificate(case, leg, side, chain[0], when)
        elif (who := _knows(case, leg, one, side)) is not None and (stated := _stated(case, who, side)) is not None:
            yield from _certificate(case, leg, side, stated, when, f", as {who} says")
        elif case.connected(leg.party) and (one.protected_near or not leg.secured) and not one.session_resumed:
            # Beside one that the party came to the end of, another may have lost its certificates on the way.
            detail = f"the certificate from {side}'s side is not in clear on this leg"
            yield _say.inconclusive(Reason.CERTIFICATE_NOT_VISIBLE, leg.name, detail)


def _session(case: Case, leg: Leg, one: DtlsAssociation) -> Iterator[Finding]:
    for reason, fault in session_faults(one, whole=True):
        yield _say.alarm(reason, leg.name, fault)
    for reason, remark in session_notices(one, case.policy):
        yield _say.notice(reason, leg.name, remark)
    for alert in one.alerts:
        sender = leg.party if alert.from_near else f"{leg.party}'s far side"
        detail = f"{sender} sent the alert {alert.description} ({alert.level}), which anybody could have sent"
        yield _say.notice(Reason.ALERT_IN_CLEAR, leg.name, detail)


def _group_due(case: Case, leg: Leg, one: DtlsAssociation) -> Iterator[Finding]:
    """Of a handshake that the party came to the end of, the group is in clear in every version of DTLS."""
    if case.connected(leg.party) and one.protected_near and one.group_hidden:
        detail = f"{leg.party} is connected, and in which group its keys were agreed on could not be read"
        yield _say.inconclusive(Reason.GROUP_NOT_VISIBLE, leg.name, detail)


def _profile_told(case: Case, leg: Leg, one: DtlsAssociation) -> Iterator[Finding]:
    """The SRTP profile that a handshake hides (RFC 8446 section 4.3.1), as the endpoint says. How much longer its
    packets are on the wire than in its dump is seen: `sealing`."""
    witness = None if one.srtp_profile else case.witnesses.get(leg.party)
    if witness is not None and witness.told is not None and one.protected_near:
        name = witness.told.name
        yield _say.fact(Reason.PARAMETERS_NEGOTIATED, leg.name, f"{name}, as {leg.party} says")
        if not allows(case.policy.profiles, name):
            yield _say.alarm(Reason.PROFILE_NOT_ALLOWED, leg.name, f"the policy does not allow {name}")


def _knows(case: Case, leg: Leg, one: DtlsAssociation, side: Party) -> Party | None:
    """Who can say which certificate of this side the handshake hides: with nobody between, each was shown the other's
    own. Of one that was followed by another handshake, with somebody between, whose it is can say it."""
    if case.keys_witnessed:
        return leg.party
    return side if case.exchanged(leg, one) else None


def _stated(case: Case, party: Party, side: Party) -> bytes | None:
    """A certificate of a handshake that hides it, as this party says: its own, or the other one's."""
    told = case.statements.get(party)
    stated = None if told is None else told.local_certificate if side is party else told.presented_certificate
    return None if stated is None else bytes.fromhex(stated)


def _certificate(case: Case, leg: Leg, side: Party, der: bytes, when: datetime, source: str = "") -> Iterator[Finding]:
    """A certificate of one call may be as young as its handshake."""
    place = f"the certificate from {side}'s side{source}"
    try:
        certificate = read_certificate(der)
    except ValueError as error:
        yield _say.alarm(Reason.CERTIFICATE_NOT_ALLOWED, leg.name, f"{place} is not readable: {error}")
        return
    yield _say.fact(Reason.PARAMETERS_NEGOTIATED, leg.name, f"{place}: {certificate}")
    for fault in certificate_faults(certificate, case.policy, when):
        yield _say.alarm(Reason.CERTIFICATE_NOT_ALLOWED, leg.name, f"{place} {fault}")


def _reused(case: Case) -> Iterator[Finding]:
    """A per-call certificate belongs to one end: both ends of a leg, and the far ends of both legs, must differ."""
    for leg in case.legs:
        if set(leg.own_certificates) & set(leg.presented_certificates):
            detail = f"{leg.party} was presented the certificate that it presents itself"
            yield _say.alarm(Reason.CERTIFICATE_REUSED, leg.name, detail)
    presented = [set(leg.presented_certificates) for leg in case.legs]
    if len(presented) == len(Party) and presented[0] & presented[1]:
        told = "alice and bob were presented the same certificate"
        if case.with_service:
            yield _say.notice(Reason.CERTIFICATE_REUSED, CALL_WIDE, f"{told}: the service has one for both of its legs")
        else:
            yield _say.alarm(Reason.CERTIFICATE_REUSED, CALL_WIDE, f"{told}, as by somebody between them")
