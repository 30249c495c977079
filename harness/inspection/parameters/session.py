"""What a handshake shows beyond its parameters: a choice nobody offered, a session resumed, a second handshake.

A renegotiation and a resumed session hide the certificate: WebRTC allows neither to go by unseen (RFC 8827 section 6.5,
RFC 5763 section 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...model.finding import Reason
from ...wire.dtls import (
    ClientHello,
    DtlsAssociation,
    HandshakeType,
    ServerHello,
    group_name,
    is_named,
    srtp_profile_name,
    suite_name,
    version_name,
)
from .policy import Policy, allows

_SESSION_TICKET: Final = 35
_CERTIFICATES_IN_CLEAR: Final = frozenset({"DTLSv1", "DTLSv1.2"})

Remark = tuple[Reason, str]


def session_faults(one: DtlsAssociation, *, whole: bool) -> Iterator[Remark]:
    """What no correct endpoint lets happen. `whole`: every datagram was seen, so what is not there was not sent."""
    if one.client_hello is not None and one.server_hello is not None:
        for choice in _not_offered(one.client_hello, one.server_hello, one.group):
            yield Reason.CHOICE_NOT_OFFERED, f"the server chose {choice}, which the client did not offer"
    if one.finished and (one.resumed or (whole and _without_certificates(one))):
        yield Reason.SESSION_RESUMED, "both sides finished a handshake in which no certificate was shown"
    if whole and one.finished and _without_proof(one):
        yield Reason.CERTIFICATE_NOT_PROVED, "both sides finished, but the client did not prove to hold a certificate"
    if one.renegotiated:
        detail = "both sides went through another handshake under the keys of this one; what it showed is encrypted"
        yield Reason.RENEGOTIATED, detail


def session_notices(one: DtlsAssociation, policy: Policy) -> Iterator[Remark]:
    """What somebody tried, whatever became of it."""
    if one.client_hello is not None:
        for offer in _offers_refused(one.client_hello, policy):
            yield Reason.OFFER_NOT_ALLOWED, f"the client offered no {offer} that the policy allows"
    if _claims_session(one):
        yield Reason.RESUMPTION_TRIED, "a session was claimed, so that no certificate would have to be shown"
    if _without_proof(one):
        yield Reason.CERTIFICATE_NOT_PROVED, "the client said Finished and did not prove to hold a certificate"
    if one.replayed:
        yield Reason.HANDSHAKE_REPLAYED, "records of the handshake arrived twice, with the number they had"
    if one.fragments_overlap:
        yield Reason.FRAGMENTS_OVERLAP, "fragments of a handshake message overlap"
    if one.renegotiation_tried:
        yield Reason.RENEGOTIATION_TRIED, "after Finished, handshake records went on under the keys of the handshake"


def _not_offered(offer: ClientHello, choice: ServerHello, group: str | None) -> Iterator[str]:
    if choice.retry:
        return
    if choice.suite not in offer.suites:
        yield suite_name(choice.suite)
    # Who names no groups leaves the choice to the server (RFC 8422 section 4).
    if offer.groups and group is not None and is_named(group) and group not in map(group_name, offer.groups):
        yield group
    if choice.srtp_profile is not None and choice.srtp_profile not in offer.srtp_profiles:
        yield srtp_profile_name(choice.srtp_profile)
    if choice.srtp_mki and choice.srtp_mki != offer.srtp_mki:
        yield f"the master key identifier {choice.srtp_mki.hex()}"


def _offers_refused(offer: ClientHello, policy: Policy) -> Iterator[str]:
    if not any(allows(policy.versions, version_name(one)) for one in offer.versions):
        yield "version"
    if not any(allows(policy.suites, suite_name(one)) for one in offer.suites):
        yield "cipher suite"
    if offer.groups and not any(allows(policy.groups, group_name(one)) for one in offer.groups):
        yield "group"
    if not any(allows(policy.profiles, srtp_profile_name(one)) for one in offer.srtp_profiles):
        yield "SRTP profile"


def _claims_session(one: DtlsAssociation) -> bool:
    hello = one.client_hello
    asked = hello is not None and bool(hello.session_id or dict(hello.extensions).get(_SESSION_TICKET))
    server_finished = one.finished_far if one.client_is_near else one.finished_near
    return asked or (server_finished and one.server_hello is not None and _without_certificates(one))


def _without_proof(one: DtlsAssociation) -> bool:
    """A full handshake whose client came to its Finished without a certificate, or without CertificateVerify."""
    client_finished = one.finished_near if one.client_is_near else one.finished_far
    full = one.version in _CERTIFICATES_IN_CLEAR and bool(one.certificates_server)
    proved = one.certificates_client and one.digest(HandshakeType.CERTIFICATE_VERIFY, from_client=True)
    return full and client_finished and not proved


def _without_certificates(one: DtlsAssociation) -> bool:
    return one.version in _CERTIFICATES_IN_CLEAR and not one.certificates_server and not one.certificates_client
